/** Many calls in few figures: a row per category, one for all, and the limits that the whole is held to. */
import type { CallMeasures } from './measures.ts';

/** A call with what it is grouped by. */
export interface MeasuredCall {
  readonly id: string;
  readonly category: string;
  readonly noise?: { readonly type: string; readonly snrDb: number };
  readonly measures: CallMeasures;
}

export interface Row {
  readonly name: string;
  readonly calls: number;
  readonly turns: number;
  readonly gapP50Ms: number | undefined;
  readonly gapP90Ms: number | undefined;
  readonly kavP50Ms: number | undefined;
  readonly kavP90Ms: number | undefined;
  readonly premature: number;
  readonly missed: number;
  readonly double: number;
  readonly bargeIns: number;
  readonly bargeInP50Ms: number | undefined;
  readonly bargeInP95Ms: number | undefined;
  readonly missedBargeIns: number;
  readonly events: number;
  readonly falseBargeIns: number;
  readonly resumed: number;
  readonly noSpeechReplies: number;
  /** The worst agent turn, in words. */
  readonly heardError: number;
  readonly deadAirMs: number;
}

export interface Verdict {
  readonly name: string;
  readonly limit: string;
  readonly value: string;
  readonly passed: boolean;
}

export interface Summary {
  readonly categories: readonly Row[];
  readonly noises: readonly Row[];
  readonly total: Row;
  readonly verdicts: readonly Verdict[];
  readonly passed: boolean;
}

export function summarise(calls: readonly MeasuredCall[]): Summary {
  const categories = grouped(calls, ({ category }) => category);
  const noises = grouped(calls, noiseName);
  const total = rowOf('all', calls);
  const verdicts = [...verdictsOf(total), ...noiseVerdicts(calls)];
  return { categories, noises, total, verdicts, passed: verdicts.every(({ passed }) => passed) };
}

const noiseName = ({ noise }: MeasuredCall): string => (noise ? `${noise.type} ${noise.snrDb} dB` : 'no noise');

function grouped(calls: readonly MeasuredCall[], nameOf: (call: MeasuredCall) => string): readonly Row[] {
  return [...Map.groupBy(calls, nameOf)].map(([name, group]) => rowOf(name, group));
}

function rowOf(name: string, calls: readonly MeasuredCall[]): Row {
  const all = calls.map(({ measures }) => measures);
  const sum = (of: (call: CallMeasures) => number) => all.reduce((total, call) => total + of(call), 0);
  const most = (of: (call: CallMeasures) => number) => Math.max(0, ...all.map(of));
  const gaps = all.flatMap((call) => call.gaps);
  const kav = gaps.map(({ kavMs }) => kavMs);
  const gap = gaps.map(({ gapMs }) => gapMs);
  const bargeIn = all.flatMap(({ bargeInMs }) => bargeInMs);
  return {
    name,
    calls: calls.length,
    turns: sum(({ turns }) => turns),
    gapP50Ms: quantile(gap, 0.5),
    gapP90Ms: quantile(gap, 0.9),
    kavP50Ms: quantile(kav, 0.5),
    kavP90Ms: quantile(kav, 0.9),
    premature: sum(({ premature }) => premature),
    missed: sum(({ missed }) => missed),
    double: sum(({ double }) => double),
    bargeIns: sum(({ bargeIns }) => bargeIns),
    bargeInP50Ms: quantile(bargeIn, 0.5),
    bargeInP95Ms: quantile(bargeIn, 0.95),
    missedBargeIns: sum(({ missedBargeIns }) => missedBargeIns),
    events: sum(({ events }) => events),
    falseBargeIns: sum(({ falseBargeIns }) => falseBargeIns),
    resumed: sum(({ resumed }) => resumed),
    noSpeechReplies: sum(({ noSpeechReplies }) => noSpeechReplies),
    heardError: most(({ heardErrors }) => Math.max(0, ...heardErrors)),
    deadAirMs: most(({ deadAirMs }) => deadAirMs),
  };
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function verdictsOf(row: Row): readonly Verdict[] {
  const rate = (count: number, of: number) => (of === 0 ? 0 : count / of);
  return [
    share('premature replies per turn', rate(row.premature, row.turns), 0.02),
    none('missed replies', row.missed),
    none('double replies', row.double),
    within("Kav's share of the gap, p50", row.kavP50Ms, 450),
    within("Kav's share of the gap, p90", row.kavP90Ms, 900),
    within('barge-in to silence, p50', row.bargeInP50Ms, 250),
    within('barge-in to silence, p95', row.bargeInP95Ms, 400),
    none('missed barge-ins', row.missedBargeIns),
    share('false barge-ins per event', rate(row.falseBargeIns, row.events), 0.05),
    none('false barge-ins not resumed', row.falseBargeIns - row.resumed),
    none('replies to no-speech', row.noSpeechReplies),
    {
      name: 'heard text, worst turn',
      limit: '≤ 1 word',
      value: `${row.heardError} ${row.heardError === 1 ? 'word' : 'words'}`,
      passed: row.heardError <= 1,
    },
  ];
}

const none = (name: string, count: number): Verdict => ({ name, limit: '0', value: `${count}`, passed: count === 0 });

function share(name: string, value: number, limit: number): Verdict {
  return { name, limit: `≤ ${limit * 100} %`, value: `${(value * 100).toFixed(1)} %`, passed: value <= limit };
}

/** Without any value there is nothing to hold against it. */
function within(name: string, value: number | undefined, limitMs: number): Verdict {
  const shown = value === undefined ? '–' : `${Math.round(value)} ms`;
  return { name, limit: `≤ ${limitMs} ms`, value: shown, passed: value === undefined || value <= limitMs };
}

/** Noises that are steady, and music; other people's voices are not. */
const CONVERSATION = /voice|babble|speech|talk|crowd|radio/iu;
const LOWEST_SNR_DB = 10;

/** A rate this small is as good as none: one wrong reply among few must not count as infinitely worse. */
const NEGLIGIBLE_RATE = 0.01;

/** Down to 10 dB of steady noise and music, no category may be more than twice as bad as clean calls like it. */
function noiseVerdicts(calls: readonly MeasuredCall[]): readonly Verdict[] {
  const isFair = ({ noise }: MeasuredCall) => noise && noise.snrDb >= LOWEST_SNR_DB && !CONVERSATION.test(noise.type);
  return [...Map.groupBy(calls.filter(isFair), ({ category }) => category)].map(([category, noisy]) => {
    const worst = worstRatio(rowOf(category, noisy), rowOf('clean', cleanCallsLike(category, calls)));
    const value = `${worst.name} × ${worst.ratio.toFixed(1)}`;
    return { name: `${category}, steady noise`, limit: '≤ × 2', value, passed: worst.ratio <= 2 };
  });
}

/**
 * Calls without noise of the same category, or of one whose name this one's begins with; where there are none, those that are
 * called clean, or all.
 */
function cleanCallsLike(category: string, calls: readonly MeasuredCall[]): readonly MeasuredCall[] {
  const clean = calls.filter(({ noise }) => !noise);
  const same = clean.filter((call) => call.category === category);
  if (same.length > 0) return same;
  const related = clean.filter((call) => category.startsWith(`${call.category}-`));
  if (related.length > 0) return related;
  const named = clean.filter((call) => /clean/iu.test(call.category));
  return named.length > 0 ? named : clean;
}

function worstRatio(row: Row, clean: Row): { readonly name: string; readonly ratio: number } {
  const wrong = wrongRate(row);
  const ratios = [
    { name: 'gap p50', ratio: over(row.kavP50Ms, clean.kavP50Ms) },
    { name: 'gap p90', ratio: over(row.kavP90Ms, clean.kavP90Ms) },
    { name: 'barge-in p50', ratio: over(row.bargeInP50Ms, clean.bargeInP50Ms) },
    { name: 'wrong replies', ratio: wrong === 0 ? 0 : wrong / Math.max(NEGLIGIBLE_RATE, wrongRate(clean)) },
  ];
  return ratios.reduce((worst, next) => (next.ratio > worst.ratio ? next : worst));
}

const wrongRate = ({ double, missed, noSpeechReplies, premature, turns }: Row): number =>
  (premature + missed + double + noSpeechReplies) / Math.max(1, turns);

function over(value: number | undefined, reference: number | undefined): number {
  return value === undefined || reference === undefined ? 0 : value / Math.max(1, reference);
}
