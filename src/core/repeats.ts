/** Recognisers deliver words twice, and late; callers say the same word twice and mean it. This tells them apart. */
import type { CallSettings } from './settings.ts';
import type { CallerState } from './turn.ts';
import { normalized } from './words.ts';

/** A noise is shorter than any word. */
const SHORTEST_WORD_MS = 100;

/** The recogniser says the same again although the caller has not: no speech since that could hold the words. */
export function isRepeat(caller: CallerState, text: string, at: number, settings: CallSettings): boolean {
  const { lastFinal, owedFinals, silentFrom, speaking, speechFrom, sustained } = caller;
  if (!lastFinal || at - lastFinal.at >= settings.dedupWindowMs || normalized(text) !== lastFinal.text) return false;
  // Speech that has only just begun, or that began before the words came, does not hold them a second time yet.
  const hasSpoken = speaking
    ? sustained && speechFrom > lastFinal.at
    : owedFinals > 0 && silentFrom - speechFrom >= SHORTEST_WORD_MS;
  return !(lastFinal.fresh && hasSpoken);
}

export const freshened = (caller: CallerState): CallerState =>
  caller.lastFinal ? { ...caller, lastFinal: { ...caller.lastFinal, fresh: true } } : caller;
