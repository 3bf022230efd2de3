import type { Finding } from './findings.ts';

const LONGEST_TEXT = 150;

export function renderText(findings: readonly Finding[]): string {
  return findings
    .map((finding) =>
      [
        `${finding.problems.length === 0 ? 'ok  ' : 'FAIL'} ${finding.name}`,
        `     served instead   ${finding.servedInstead}`,
        `     the caller heard ${heardBy(finding)}`,
        `     longest silence  ${seconds(finding.longestSilenceMs)}, longest wait for an answer ${seconds(finding.longestGapMs)}`,
        `     words lost       ${finding.wordsLost.length}, said twice ${finding.saidTwice.length}`,
        `     end              ${finding.end}`,
        `     kav rca          ${finding.rca.join(', ') || 'nothing found'}${finding.isNamed ? '' : ': NOT NAMED'}`,
        ...finding.problems.map((problem) => `     PROBLEM          ${problem}`),
      ].join('\n'),
    )
    .join('\n\n');
}

export function renderMarkdown(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => [
    finding.name,
    finding.servedInstead,
    heardBy(finding),
    seconds(finding.longestSilenceMs),
    seconds(finding.longestGapMs),
    String(finding.wordsLost.length),
    finding.end,
    finding.problems.length === 0 ? 'yes' : `**no**: ${finding.problems.join('; ')}`,
  ]);
  const head = ['fault', 'served instead', 'the caller heard', 'silence', 'to sound', 'words lost', 'end', 'in limits'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n');
}

/** What the caller heard; of a call that went on, from the third turn on: greeting and first answer are before the fault. */
function heardBy({ heard, spokenByTwilio }: Finding): string {
  const turns = heard.length > 2 ? heard.slice(2) : heard;
  const text = [...turns.map((turn) => `“${turn}”`), ...spokenByTwilio.map((line) => `Twilio: ${line}`)].join(' ');
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const escaped = (text: string): string => text.replaceAll('|', '\\|');
