/** What a model's opinion of a pause does to the wait that the words ask for. */
import type { EndpointQuestion } from './question.ts';

/** The wait after words that a model is sure are a whole turn, or sure are not, in parts of what it was. */
const SHORTEST = 0.6;
const LONGEST = 1.8;

/** In steps of a hundredth, so that the journal shows exactly what moved the wait. Undefined for no number. */
export function completenessOf({ completeness }: EndpointQuestion): number | undefined {
  if (completeness === undefined || Number.isNaN(completeness)) return undefined;
  return Math.round(100 * Math.min(1, Math.max(0, completeness))) / 100;
}

export const reasonOf = (completeness: number): string => `model-${completeness.toFixed(2)}`;

/** 1 where nobody knows, or one half is as likely as the other; falls as the turn is more surely complete. */
export function stretchFor(question: EndpointQuestion): number {
  const completeness = completenessOf(question) ?? 0.5;
  if (completeness >= 0.5) return 1 - (1 - SHORTEST) * (2 * completeness - 1);
  return 1 + (LONGEST - 1) * (1 - 2 * completeness);
}
