/** What a caller had of a call with a fault, and whether it is within the limits. */
import { defaultLines } from '../../src/call/agent-lines.ts';
import type { Span } from '../../src/simulator/ear.ts';
import type { CallReport } from '../../src/simulator/report.ts';
import type { Finding as Cause } from '../../src/why/causes/cause.ts';
import { ANSWERS, LINES } from './conversation.ts';
import type { Fault } from './fault.ts';
import { wordsHeard } from './words.ts';

export const LIMITS = {
  /** Nobody is left in silence for longer. */
  silenceMs: 5_000,
  /** From the caller's last sound to the next sound when a model is at fault: 2 s, and the silence that ends a turn. */
  modelGapMs: 2_450,
  /** Sound beyond the words that were said once, as the tones of the loopback voices count them. */
  extraSoundMs: 600,
  /** Words that the record calls heard, without their sound. At each change of voices up to a word may be cut. */
  unheardMs: 1_500,
} as const;

/** The loopback voices take so long for a character. */
const CHARACTER_MS = 60;
const SLACK_MS = 300;

export interface CallToJudge {
  readonly fault: Fault;
  /** What the caller came to say. */
  readonly lines: readonly string[];
  readonly patienceMs: number;
  readonly report: CallReport;
  /** Prometheus text of the server, which has had this one call. */
  readonly metrics: string;
  readonly callerSpans: readonly Span[];
  readonly agentSpans: readonly Span[];
  /** Whether Kav has met with the fault at all. */
  readonly hasStruck: boolean;
  /** Of the call's journal. */
  readonly causes: readonly Cause[];
}

export interface Finding {
  readonly name: string;
  readonly kind: Fault['kind'];
  readonly servedInstead: string;
  /** `provider code` of the failures that were counted. */
  readonly failures: readonly string[];
  /** The agent's turns. */
  readonly heard: readonly string[];
  /** What Twilio's own voice said after the stream. */
  readonly spokenByTwilio: readonly string[];
  readonly understood: readonly string[];
  readonly longestSilenceMs: number;
  /** The longest wait from the caller's last sound to the agent's first. */
  readonly longestGapMs: number;
  readonly wordsLost: readonly string[];
  readonly saidTwice: readonly string[];
  readonly extraSoundMs: number;
  readonly end: string;
  /** What `kav rca` names, worst first: `cause (who) level`. */
  readonly rca: readonly string[];
  /** Whether it names whose fault it was, and nothing of a good call. */
  readonly isNamed: boolean;
  /** What is not within the limits, a line each; empty when all is well. */
  readonly problems: readonly string[];
}

export function findOut(call: CallToJudge): Finding {
  const { fault, report, metrics } = call;
  const turns = report.words ?? [];
  const heard = turns.filter(({ who }) => who === 'agent').map(({ text }) => text);
  const understood = turns.filter(({ who }) => who === 'caller').map(({ text }) => text);
  const words = wordsHeard(call.lines, understood, heard);
  const finding = {
    name: fault.name,
    kind: fault.kind,
    servedInstead: whoServed(metrics),
    failures: labelled(metrics, 'kav_provider_failures_total').map(({ provider, code }) => `${provider} ${code}`),
    heard,
    spokenByTwilio: report.spokenByTwilio,
    understood,
    longestSilenceMs: Math.round(longestSilence(call)),
    longestGapMs: Math.max(0, ...report.turns.flatMap(({ gapMs }) => gapMs ?? [])),
    ...words,
    extraSoundMs: Math.round(extraSound(call.agentSpans, heard)),
    end: `${report.endedBy}: ${report.endReason ?? 'unknown'}`,
    rca: call.causes.map(({ cause, level, who }) => `${cause}${who === undefined ? '' : ` (${who})`} ${level}`),
    isNamed: isNamed(call),
  };
  return { ...finding, problems: problemsOf(finding, call) };
}

const isNamed = ({ causes, fault: { kind } }: CallToJudge): boolean =>
  kind === 'none' ? causes.length === 0 : causes.some(({ cause }) => cause === kind);

function problemsOf(
  finding: Omit<Finding, 'problems'>,
  { fault, lines, report, hasStruck }: CallToJudge,
): readonly string[] {
  const { longestSilenceMs, longestGapMs, wordsLost, saidTwice, extraSoundMs, heard, kind } = finding;
  const problems: string[] = [];
  if (!hasStruck && kind !== 'none') problems.push('the fault never happened');
  if (longestSilenceMs > LIMITS.silenceMs) problems.push(`${longestSilenceMs} ms of silence`);
  if (kind === 'model' && longestGapMs > LIMITS.modelGapMs) problems.push(`${longestGapMs} ms to the next sound`);
  if (saidTwice.length > 0) problems.push(`said twice: ${saidTwice.join(' ')}`);
  if (extraSoundMs > LIMITS.extraSoundMs) problems.push(`${extraSoundMs} ms more sound than words`);
  if (extraSoundMs < -LIMITS.unheardMs) problems.push(`${-extraSoundMs} ms of the recorded words were not heard`);
  // Who cannot hear cannot know; who cannot speak is not asked a second time.
  if (wordsLost.length > 0 && (kind === 'model' || !fault.isHopeless)) problems.push(`lost: ${wordsLost.join(' ')}`);
  if (!fault.isHopeless) {
    const said = heard.join(' ');
    const answerTo = (line: string) => ANSWERS[LINES.indexOf(line)] ?? '';
    const isWhole = (answer: string) => answer.split(/(?<=\.) /).every((sentence) => said.includes(sentence));
    const wanted = fault.lines ?? LINES;
    if (lines.length < wanted.length) problems.push(`the caller said only ${lines.length} lines`);
    for (const line of wanted) if (!isWhole(answerTo(line))) problems.push(`no whole answer to "${line}"`);
  }
  const isTold = heard.join(' ').includes(defaultLines('en-US').failure) || report.spokenByTwilio.length > 0;
  const isOurEnd = report.endReason !== 'caller-hung-up' && report.endReason !== 'agent-finished';
  if (isOurEnd && !isTold) problems.push('the call was ended without a word');
  if (report.endReason === undefined) problems.push('no end in the journal');
  if (report.endReason === 'internal-error') problems.push('a bug ended the call');
  for (const { level, message } of report.complaints) if (level === 'error') problems.push(message);
  return problems;
}

/**
 * The longest time in which the line was silent. The caller's own pause before speaking is none of the agent's, unless it
 * was longer than the caller wanted: then the agent owed an answer.
 */
function longestSilence({ agentSpans, callerSpans, patienceMs, report }: CallToJudge): number {
  const sounds = [
    ...agentSpans.map((span) => ({ ...span, isCaller: false })),
    ...callerSpans.map((span) => ({ ...span, isCaller: true })),
  ].sort((a, b) => a.from - b.from);
  let longest = 0;
  let silentFrom = 0;
  for (const { from, to, isCaller } of [
    ...sounds,
    { from: report.durationMs, to: report.durationMs, isCaller: true },
  ]) {
    const silence = from - silentFrom;
    if (!isCaller || silence > patienceMs + SLACK_MS) longest = Math.max(longest, silence);
    silentFrom = Math.max(silentFrom, to);
  }
  return longest;
}

function extraSound(agentSpans: readonly Span[], heard: readonly string[]): number {
  const soundMs = agentSpans.reduce((sum, { from, to }) => sum + to - from, 0);
  const wordsMs = heard.reduce((sum, text) => sum + [...text].length * CHARACTER_MS, 0);
  return soundMs - wordsMs;
}

function whoServed(metrics: string): string {
  const switched = labelled(metrics, 'kav_provider_switches_total').map(({ to }) => to);
  const again = labelled(metrics, 'kav_stt_reconnects_total').map(({ provider }) => `${provider} (reconnected)`);
  const hedged = labelled(metrics, 'kav_hedged_requests_total').map(({ provider }) => `${provider} (asked twice)`);
  const names = [
    ...new Set([...switched, ...again.filter((name) => !switched.includes(name.split(' ')[0])), ...hedged]),
  ];
  return names.length === 0 ? 'nobody' : names.join(', ');
}

/** The labels of a metric's series that have been counted. */
function labelled(metrics: string, name: string): readonly Readonly<Record<string, string>>[] {
  return metrics.split('\n').flatMap((line) => {
    const [, labels = '', count] = new RegExp(`^${name}\\{(.*)\\} (\\d+)`).exec(line) ?? [];
    if (count === undefined || count === '0') return [];
    return [Object.fromEntries(Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key, value]))];
  });
}
