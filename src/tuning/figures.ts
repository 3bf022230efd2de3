/** The figures of one setting, their difference from those of the calls as they were, and the setting worth a try. */
import { quantile, type Tally } from './tally.ts';

export interface Figures {
  readonly turns: number;
  readonly gapP50Ms: number | undefined;
  readonly gapP90Ms: number | undefined;
  readonly gapMeanMs: number | undefined;
  readonly premature: number;
  readonly bargeInP50Ms: number | undefined;
  readonly bargeIns: number;
  readonly talkedOver: number;
  readonly falseStops: number;
  readonly stoppedMs: number;
  readonly noiseReplies: number;
  readonly prompts: number;
  readonly repeats: number;
  readonly unresolved: number;
}

export interface Row {
  readonly name: string;
  readonly figures: Figures;
}

export function figuresOf(tally: Tally): Figures {
  const { gapsMs, reactionsMs, ...counts } = tally;
  return {
    ...counts,
    gapP50Ms: quantile(gapsMs, 0.5),
    gapP90Ms: quantile(gapsMs, 0.9),
    gapMeanMs: gapsMs.length === 0 ? undefined : Math.round(gapsMs.reduce((sum, ms) => sum + ms, 0) / gapsMs.length),
    bargeInP50Ms: quantile(reactionsMs, 0.5),
    bargeIns: reactionsMs.length,
  };
}

export const isEqual = (a: Figures, b: Figures): boolean => JSON.stringify(a) === JSON.stringify(b);

/** With fewer turns a difference of one or two is chance, and nothing is suggested. */
export const FEWEST_TURNS = 100;

export interface Suggestion {
  readonly name: string;
  readonly why: 'better-in-everything' | 'much-for-little';
}

/** What is worth less than so much is no difference. */
const GAP_MS = 20;
const REACTION_MS = 20;

interface Change {
  /** Costs: what is below zero is won. */
  readonly gapMs: number;
  readonly gapP90Ms: number;
  readonly reactionMs: number;
  readonly premature: number;
  readonly counts: number;
  readonly worstCount: number;
}

function changeOf(before: Figures, after: Figures): Change {
  const of = (name: 'gapMeanMs' | 'gapP90Ms' | 'bargeInP50Ms') => (after[name] ?? 0) - (before[name] ?? 0);
  const counts = (['falseStops', 'talkedOver', 'noiseReplies', 'unresolved'] as const).map(
    (name) => after[name] - before[name],
  );
  return {
    gapMs: of('gapMeanMs'),
    gapP90Ms: of('gapP90Ms'),
    reactionMs: of('bargeInP50Ms'),
    premature: after.premature - before.premature,
    counts: counts.reduce((sum, count) => sum + count, 0),
    worstCount: Math.max(...counts),
  };
}

function isBetterInEverything({ counts, gapMs, gapP90Ms, premature, reactionMs, worstCount }: Change): boolean {
  const isWorse = gapMs > 0 || gapP90Ms > 0 || reactionMs > 0 || premature > 0 || worstCount > 0;
  const isBetter = gapMs <= -GAP_MS || reactionMs <= -REACTION_MS || premature <= -2 || counts <= -2;
  return !isWorse && isBetter;
}

/** A tenth of the gap for one premature turn in two hundred, or half of the premature turns for a twentieth of the gap. */
function isMuchForLittle({ counts, gapMs, premature, reactionMs, worstCount }: Change, before: Figures): boolean {
  const gap = before.gapMeanMs ?? 0;
  if (reactionMs > REACTION_MS) return false;
  if (worstCount <= 0 && gapMs <= -Math.max(GAP_MS, gap / 10) && premature <= before.turns / 200) return true;
  const saved = -premature - counts;
  const wrong = before.premature + before.falseStops + before.talkedOver + before.noiseReplies;
  return worstCount <= 0 && premature <= 0 && saved >= Math.max(3, wrong / 2) && gapMs <= gap / 20;
}

/** The best of the rows that are clearly better than the calls as they were, if there are turns enough to tell. */
export function suggest(before: Figures, rows: readonly Row[]): Suggestion | undefined {
  if (before.turns < FEWEST_TURNS) return undefined;
  const good = rows.flatMap(({ figures, name }): readonly (Suggestion & { readonly change: Change })[] => {
    const change = changeOf(before, figures);
    if (isBetterInEverything(change)) return [{ name, why: 'better-in-everything', change }];
    return isMuchForLittle(change, before) ? [{ name, why: 'much-for-little', change }] : [];
  });
  const [best] = good.sort(
    (a, b) =>
      Number(b.why === 'better-in-everything') - Number(a.why === 'better-in-everything') ||
      a.change.premature + a.change.counts - (b.change.premature + b.change.counts) ||
      a.change.gapMs - b.change.gapMs,
  );
  return best && { name: best.name, why: best.why };
}
