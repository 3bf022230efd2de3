/** Transcripts that a recogniser delivers twice: answered once or twice, by the width of the window. */
import { isRepeat } from '../core/repeats.ts';
import type { CallSettings } from '../core/settings.ts';
import type { Recording } from './recording.ts';

/** Transcripts that are passed over as repeats with these settings. */
export function repeatsUnder({ events, states }: Recording, settings: CallSettings): number {
  return events.filter((event, i) => {
    if (event.type !== 'transcript-final' || event.text.trim() === '') return false;
    return isRepeat(states[i]!.turn.caller, event.text, event.at, settings);
  }).length;
}
