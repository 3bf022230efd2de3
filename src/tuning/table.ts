/** The rows as text for a terminal: each figure with what the change costs (+) or buys (−). */
import { type Figures, isEqual, type Row } from './figures.ts';

interface Column {
  readonly title: string;
  readonly of: (figures: Figures, before: Figures) => string;
}

const dash = '–';

const COLUMNS: readonly Column[] = [
  { title: 'turns', of: ({ turns }) => `${turns}` },
  { title: 'gap p50', of: (now, before) => withChange(now.gapP50Ms, before.gapP50Ms) },
  { title: 'gap p90', of: (now, before) => withChange(now.gapP90Ms, before.gapP90Ms) },
  { title: 'premature', of: (now, before) => withChange(now.premature, before.premature) },
  { title: 'barge-in p50', of: (now, before) => withChange(now.bargeInP50Ms, before.bargeInP50Ms) },
  { title: 'talked over', of: (now, before) => withChange(now.talkedOver, before.talkedOver) },
  { title: 'false stops', of: (now, before) => withChange(now.falseStops, before.falseStops) },
  { title: 'unresolved', of: ({ unresolved }) => `${unresolved}` },
  { title: 'also', of: also },
];

function withChange(value: number | undefined, before: number | undefined): string {
  if (value === undefined) return dash;
  const change = before === undefined ? 0 : value - before;
  return change === 0 ? `${value}` : `${value} (${signed(change)})`;
}

const signed = (change: number): string => (change < 0 ? `−${-change}` : `+${change}`);

function also(now: Figures, before: Figures): string {
  const changes = [
    ['replies to noise', now.noiseReplies - before.noiseReplies],
    ['prompts', now.prompts - before.prompts],
    ['repeats passed over', now.repeats - before.repeats],
    ['ms silent in false stops', now.falseStops > 0 ? now.stoppedMs - before.stoppedMs : 0],
  ] as const;
  return changes.flatMap(([name, change]) => (change === 0 ? [] : [`${signed(change)} ${name}`])).join(', ');
}

/** The calls as they were, the settings that make a difference, and the names of those that make none. */
export function renderRows(before: Row, rows: readonly Row[]): string {
  const different = rows.filter(({ figures }) => !isEqual(figures, before.figures));
  const same = rows.filter(({ figures }) => isEqual(figures, before.figures)).map(({ name }) => name);
  const lines = [before, ...different].map(({ figures, name }) => [
    name,
    ...COLUMNS.map(({ of }) => of(figures, before.figures)),
  ]);
  const cells = [['setting', ...COLUMNS.map(({ title }) => title)], ...lines];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  const isText = (i: number) => i === 0 || i === COLUMNS.length;
  const pad = (cell: string, i: number) => (isText(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!));
  const table = cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
  return same.length === 0 ? table : `${table}\n\nno difference in these calls: ${same.join(', ')}`;
}
