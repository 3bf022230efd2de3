import { FRAME_MS } from '../audio/frame.ts';
import { sustainMs } from '../core/interruption.ts';
import type { CallSettings } from '../core/settings.ts';
import { floorOf, type TurnState } from '../core/turn.ts';
import type { SpeechDetector } from '../vad/detector.ts';

/** Tells the detector what to make of speech now: over the agent it must be surer, and more of it is wanted. */
export function tuneDetector(detector: SpeechDetector, turn: TurnState, settings: CallSettings): void {
  detector.agentSpeaking(floorOf(turn) === 'SPEAKING');
  detector.sustainAfter(Math.round(sustainMs(turn, settings) / FRAME_MS));
}
