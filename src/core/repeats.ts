/** Recognisers deliver words twice, and late; callers say the same word twice and mean it. This tells them apart. */
import type { CallSettings } from './settings.ts';
import type { CallerState } from './turn.ts';
import { normalized } from './words.ts';

/** The recogniser says the same again although the caller has not: no speech since that could hold the words. */
export function isRepeat(caller: CallerState, text: string, at: number, settings: CallSettings): boolean {
  const { lastFinal, owedFinals, sustained } = caller;
  if (!lastFinal || at - lastFinal.at >= settings.dedupWindowMs || normalized(text) !== lastFinal.text) return false;
  return !(lastFinal.fresh && (owedFinals > 0 || sustained));
}

export const freshened = (caller: CallerState): CallerState =>
  caller.lastFinal ? { ...caller, lastFinal: { ...caller.lastFinal, fresh: true } } : caller;
