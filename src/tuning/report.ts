/** Everything that `kav tune` found out, for people and for programs. */
import { FEWEST_TURNS, type Figures, type Row, type Suggestion } from './figures.ts';
import { renderRows } from './table.ts';
import type { Reproduction } from './tuner.ts';

export interface TuningReport {
  readonly calls: number;
  /** The settings that were tried, as most of the calls had them. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  /** Read off the journals. */
  readonly happened: Figures;
  /** Decided again with nothing changed: the rows are held against it. */
  readonly asItWas: Figures;
  readonly rows: readonly Row[];
  readonly suggestion: Suggestion | undefined;
  readonly reproduction: Reproduction;
  /** What was left out and why, in plain words. */
  readonly remarks: readonly string[];
}

const AS_IT_WAS = 'as it was';

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function renderReport(report: TuningReport): string {
  const { asItWas, calls, remarks, reproduction, rows, settings } = report;
  const present = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const before = { name: AS_IT_WAS, figures: asItWas };
  return [
    `${counted(calls, 'call')}, ${counted(asItWas.turns, 'turn')} of callers; times in ms`,
    `as it was: ${present.join(' ')}`,
    ...remarks.map((remark) => `note: ${remark}`),
    `${reproduction.same} of ${reproduction.decisions} decisions come out as they happened when nothing is changed`,
    '',
    renderRows(before, rows),
    '',
    ...verdictOf(report),
    'Open loop: each decision is tried by itself, with what the caller then did. What would have come of it afterwards is',
    'in no journal, nor is the audio: KAV_VAD and VAD_RMS cannot be tried. docs/tune.md tells what each figure means.',
  ].join('\n');
}

function verdictOf({ asItWas, rows, suggestion }: TuningReport): readonly string[] {
  const { turns } = asItWas;
  if (turns < FEWEST_TURNS) {
    const most = turns === 0 ? '' : `: even with none premature, ${Math.min(100, 300 / turns).toFixed(1)} % may be`;
    const few = `${counted(turns, 'turn')} ${turns === 1 ? 'is' : 'are'} too few to decide by`;
    return [`${few}${most}. Collect ${FEWEST_TURNS} or more.`, ''];
  }
  if (!suggestion) return ['Nothing that was tried is clearly better than what is.', ''];
  const row = rows.find(({ name }) => name === suggestion.name)!;
  const why = suggestion.why === 'better-in-everything' ? 'better in everything' : 'buys much for little';
  return [renderRows({ name: AS_IT_WAS, figures: asItWas }, [{ ...row, name: `suggested: ${row.name} (${why})` }]), ''];
}
