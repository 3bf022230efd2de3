/** The figures of a run as text for a terminal. */

import type { Row, Verdict } from '../measure/summary.ts';
import type { RunResult } from '../run.ts';

interface Column {
  readonly title: string;
  readonly of: (row: Row) => string;
}

const dash = '–';
const ms = (value: number | undefined): string => (value === undefined ? dash : `${Math.round(value)}`);
const pair = (a: number | undefined, b: number | undefined): string => (a === undefined ? dash : `${ms(a)}/${ms(b)}`);
const count = (value: number, of: number): string => (of === 0 ? dash : `${value}`);

/** In the order in which a call goes wrong. */
export const COLUMNS: readonly Column[] = [
  { title: 'calls', of: ({ calls }) => `${calls}` },
  { title: 'turns', of: ({ turns }) => `${turns}` },
  { title: 'gap p50/p90', of: ({ gapP50Ms, gapP90Ms }) => pair(gapP50Ms, gapP90Ms) },
  { title: "Kav's p50/p90", of: ({ kavP50Ms, kavP90Ms }) => pair(kavP50Ms, kavP90Ms) },
  { title: 'premature', of: ({ premature, turns }) => count(premature, turns) },
  { title: 'missed', of: ({ missed, turns }) => count(missed, turns) },
  { title: 'double', of: ({ double, turns }) => count(double, turns) },
  { title: 'barge-in p50/p95', of: ({ bargeInP50Ms, bargeInP95Ms }) => pair(bargeInP50Ms, bargeInP95Ms) },
  {
    title: 'missed b.',
    of: ({ bargeIns, missedBargeIns }) => (bargeIns === 0 ? dash : `${missedBargeIns}/${bargeIns}`),
  },
  {
    title: 'false b. (resumed)',
    of: ({ events, falseBargeIns, resumed }) => (events === 0 ? dash : `${falseBargeIns}/${events} (${resumed})`),
  },
  { title: 'no-speech', of: ({ noSpeechReplies }) => `${noSpeechReplies}` },
  { title: 'heard err', of: ({ heardError }) => `${heardError}` },
  { title: 'dead air', of: ({ deadAirMs, turns }) => (turns === 0 ? dash : ms(deadAirMs)) },
];

export function renderRun({ settings, summary }: RunResult): string {
  const noises = summary.noises.length > 1 ? summary.noises : [];
  return [
    settings.name,
    '',
    renderRows('category', [...summary.categories, summary.total]),
    ...(noises.length > 0 ? ['', renderRows('noise', noises)] : []),
  ].join('\n');
}

function renderRows(heading: string, rows: readonly Row[]): string {
  const cells = [
    [heading, ...COLUMNS.map(({ title }) => title)],
    ...rows.map((row) => [row.name, ...COLUMNS.map(({ of }) => of(row))]),
  ];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

/** The limits, with one column of values for each run. */
export function renderVerdicts(runs: readonly RunResult[]): string {
  const names = [...new Set(runs.flatMap(({ summary }) => summary.verdicts.map(({ name }) => name)))];
  const lines = names.map((name) => {
    const verdicts = runs.map(({ summary }) => summary.verdicts.find((verdict) => verdict.name === name));
    const limit = verdicts.find((verdict) => verdict !== undefined)?.limit ?? '';
    return `${name.padEnd(36)} ${limit.padStart(10)}${verdicts.map(verdictCell).join('')}`;
  });
  const totals = runs.map(({ summary }) => `${summary.passed ? 'PASS' : 'FAIL'}`.padStart(CELL)).join('');
  const heading =
    runs.length > 1 ? [`${''.padEnd(47)}${runs.map((_, i) => `(${i + 1})`.padStart(CELL)).join('')}`] : [];
  return [...heading, ...lines, `${'all limits'.padEnd(47)}${totals}`].join('\n');
}

const CELL = 30;

const verdictCell = (verdict: Verdict | undefined): string =>
  (verdict ? `${verdict.value}  ${verdict.passed ? 'PASS' : 'FAIL'}` : dash).padStart(CELL);
