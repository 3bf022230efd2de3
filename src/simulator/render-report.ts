import { formatOutcome, formatStamp } from './live-view.ts';
import type { CallReport, ReportedComplaint, TurnReport } from './report.ts';

/** The report as a person reads it in a terminal: a table of turns, then what else there is to know. */
export function renderReport(report: CallReport): string {
  return [
    renderHead(report),
    ...(report.turns.length === 0 ? [] : [renderTurns(report.turns)]),
    renderFigures(report),
    ...(report.outcome === undefined ? [] : [`outcome   ${formatOutcome(report.outcome)}`]),
    ...(report.spokenByTwilio.length === 0
      ? []
      : [report.spokenByTwilio.map((text) => `Twilio said  ${text}`).join('\n')]),
    ...(report.complaints.length === 0 ? [] : [report.complaints.map(renderComplaint).join('\n')]),
    ...(report.remarks.length === 0 ? [] : [report.remarks.map((remark) => `remark    ${remark}`).join('\n')]),
    ...(report.expectations.length === 0 ? [] : [renderExpectations(report)]),
    renderEnd(report),
  ].join('\n\n');
}

function renderHead(report: CallReport): string {
  const { scenario, callSid, from, to, durationMs, endedBy, endReason, servedBy } = report;
  const reason = endReason === undefined ? '' : ` (${endReason})`;
  const lines = [`${scenario}: ${from} calls ${to}, ${formatStamp(durationMs)}, ended by ${endedBy}${reason}`, callSid];
  if (servedBy === undefined) return lines.join('\n');
  const { stt, brain, tts } = servedBy.providers;
  lines.push(`Answered by ${servedBy.agent}: hears with ${stt}, thinks with ${brain}, speaks with ${tts}`);
  return [...lines, ...servedBy.caveats.map((caveat) => `Mind: ${caveat}`)].join('\n');
}

type Column = readonly [title: string, cell: (turn: TurnReport, index: number) => string, align?: 'right'];

const COLUMNS: readonly Column[] = [
  ['#', (_, index) => String(index + 1), 'right'],
  ['at', ({ from }) => formatStamp(from)],
  ['the caller said', ({ said, overAgent }) => shorten(overAgent ? `» ${said}` : said, 40)],
  ['and was heard as', ({ heardAs = '(nothing)' }) => shorten(heardAs, 32)],
  ['recognition', ({ timing }) => formatMs(timing?.recognitionMs), 'right'],
  ['endpointing', ({ timing }) => formatMs(timing?.endpointingMs), 'right'],
  ['brain', ({ timing }) => formatMs(timing?.brainMs), 'right'],
  ['voice', ({ timing }) => formatMs(timing?.voiceMs), 'right'],
  ['gap', ({ gapMs }) => formatMs(gapMs), 'right'],
];

const JOURNAL_COLUMNS = ['and was heard as', 'recognition', 'endpointing', 'brain', 'voice'];

function renderTurns(turns: readonly TurnReport[]): string {
  const hasJournal = turns.some(({ timing, heardAs }) => timing !== undefined || heardAs !== undefined);
  const columns = COLUMNS.filter(([title]) => hasJournal || !JOURNAL_COLUMNS.includes(title));
  const rows = [columns.map(([title]) => title), ...turns.map((turn, i) => columns.map(([, cell]) => cell(turn, i)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (columns[i]![2] === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  lines.push('All times in ms. » marks speech over the agent. Gap: from the caller’s last sound to the agent’s first.');
  if (hasJournal)
    lines.push('Recognition and endpointing both run from the caller’s last sound; brain and voice follow.');
  return lines.join('\n');
}

function renderFigures(report: CallReport): string {
  const { greetingMs, bargeIns, coughs, jitter, deadAirMs, talkOverMs, underruns, twimlMs, upgradeMs } = report;
  const figures: [string, string][] = [
    [
      'TwiML',
      `${formatMs(twimlMs)} ms, upgrade ${formatMs(upgradeMs)} ms, first sound after ${formatMs(greetingMs)} ms`,
    ],
    ['replies', `${report.replies} of ${report.turns.length} turns`],
    ['dead air', `${deadAirMs} ms at the longest`],
    ['talk-over', `${talkOverMs} ms in all`],
    ['jitter', `p50 ${jitter.p50Ms} ms, p99 ${jitter.p99Ms} ms of ${jitter.count} messages; ${underruns} underruns`],
  ];
  for (const { at, reactionMs } of bargeIns) {
    figures.push(['barge-in', `at ${formatStamp(at)}, the agent was silent after ${reactionMs} ms`]);
  }
  for (const { at, silencedAgent } of coughs) {
    figures.push(['cough', `at ${formatStamp(at)}, the agent ${silencedAgent ? 'stopped' : 'went on'}`]);
  }
  return figures.map(([name, value]) => `${name.padEnd(9)} ${value}`).join('\n');
}

function renderComplaint({ level, code, message, count, atMs, meaning, remedy }: ReportedComplaint): string {
  const at = atMs === undefined ? '' : ` at ${formatStamp(atMs)}`;
  const times = count === undefined || count === 1 ? '' : `, ${count} times`;
  const head = `${level.padEnd(9)} ${code === undefined ? '' : `${code} `}${message}${at}${times}`;
  const help = meaning === undefined ? '' : `\n          ${meaning} ${remedy ?? ''}`;
  return head + help.trimEnd();
}

const MARKS = { met: '✓', failed: '✗', unknown: '?' } as const;

function renderExpectations({ expectations }: CallReport): string {
  const width = Math.max(...expectations.map(({ expectation }) => Math.min(expectation.length, 60)));
  return expectations
    .map(({ status, expectation, detail }) => `${MARKS[status]} ${shorten(expectation, 60).padEnd(width)}  ${detail}`)
    .join('\n');
}

function renderEnd({ ok, files, expectations }: CallReport): string {
  const lines = Object.entries(files).map(([name, path]) => `${name.padEnd(9)} ${path}`);
  const failed = expectations.filter(({ status }) => status === 'failed').length;
  const why = failed === 0 ? 'there were errors' : `${failed} of ${expectations.length} expectations failed`;
  return [...lines, ok ? 'The call went as expected.' : `The call did not go as expected: ${why}.`].join('\n');
}

function formatMs(ms: number | undefined): string {
  return ms === undefined ? '–' : String(Math.round(ms));
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
