/** What went wrong in a call, worst first; empty when all was well. */
import { CAUSES, type Finding, type Level } from './causes/cause.ts';
import { lineFindings } from './causes/line.ts';
import { turnFindings } from './causes/turns.ts';
import { toolFindings, vendorFindings } from './causes/vendors.ts';
import { type CallStory, stamp } from './story.ts';

const ORDER: readonly Level[] = ['ended', 'felt', 'blemish'];

/** What is so certain a cause that what else was seen is mostly its effect. */
const ROOTS: ReadonlySet<Finding['cause']> = new Set(['own-bug', 'stream-error', 'socket-lost', 'carrier-silent']);

export function findCauses(story: CallStory): readonly Finding[] {
  const findings = [...lineFindings(story), ...vendorFindings(story), ...toolFindings(story), ...turnFindings(story)];
  return findings.sort(
    (a, b) =>
      ORDER.indexOf(a.level) - ORDER.indexOf(b.level) ||
      Number(ROOTS.has(b.cause)) - Number(ROOTS.has(a.cause)) ||
      b.harmMs - a.harmMs,
  );
}

/** For people. */
export function renderCauses(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ['nothing found'];
  return findings.flatMap((finding, i) => {
    const { fault, remedy, title } = CAUSES[finding.cause];
    const who = finding.who === undefined ? '' : ` (${finding.who})`;
    const evidence = finding.evidence.map(
      ({ at, text, turn }) => `   ${stamp(at)}${turn === undefined ? '' : `  turn ${turn}`}  ${text}`,
    );
    return [
      `${i + 1}. ${title}${who} · ${finding.cause}, class ${fault} · ${finding.level}`,
      ...evidence,
      `   ${remedy}`,
    ];
  });
}

/** For programs. */
export const causeJson = (finding: Finding): object => ({ ...CAUSES[finding.cause], ...finding });
