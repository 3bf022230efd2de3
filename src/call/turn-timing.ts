/** How the time between the caller's last sound and the agent's first was spent, read off the events of a call. */
import type { CallEffect, CallEvent } from '../core/call-event.ts';
import type { Exemplar } from '../observe/exemplar.ts';
import type { Metrics } from '../observe/metrics.ts';

/** All in milliseconds, for one answer. The parts are in order, and only recognition and endpointing overlap. */
export interface TurnTiming {
  readonly reply: number;
  /** End of the caller's speech → its words. */
  readonly recognitionMs: number;
  /** End of the caller's speech → the decision to answer. */
  readonly endpointingMs: number;
  /** The decision → the first sentence to speak. */
  readonly brainMs: number;
  /** The first sentence → its first frame on the wire. */
  readonly voiceMs: number;
  /** End of the caller's speech → first frame. */
  readonly totalMs: number;
}

export class TurnTimer {
  #speechEnd: number | undefined;
  #words = 0;
  #answer: { readonly reply: number; readonly at: number; readonly speechEnd: number; sentenceAt?: number } | undefined;

  /** Feed it every step in order; an answer's timing comes back when it becomes audible. */
  take(event: CallEvent, effects: readonly CallEffect[]): TurnTiming | undefined {
    if (event.type === 'speech-end') this.#speechEnd = event.since;
    if (event.type === 'transcript-final' && event.text !== '') this.#words = event.at;
    for (const effect of effects) {
      if (effect.type === 'answer-start' && this.#speechEnd !== undefined) {
        this.#answer = { reply: effect.reply, at: event.at, speechEnd: this.#speechEnd };
      }
      if (effect.type === 'reply-cancel') this.#answer = undefined;
    }
    const answer = this.#answer;
    if (!answer || !('reply' in event) || event.reply !== answer.reply) return undefined;
    if (event.type === 'voice-request') answer.sentenceAt ??= event.at;
    if (event.type !== 'playout-start' || answer.sentenceAt === undefined) return undefined;
    this.#answer = undefined;
    return {
      reply: answer.reply,
      recognitionMs: Math.max(0, this.#words - answer.speechEnd),
      endpointingMs: answer.at - answer.speechEnd,
      brainMs: answer.sentenceAt - answer.at,
      voiceMs: event.at - answer.sentenceAt,
      totalMs: event.at - answer.speechEnd,
    };
  }
}

export function reportTiming(timing: TurnTiming, metrics: Metrics, exemplar?: Exemplar): void {
  metrics.turnPart('recognition', timing.recognitionMs, exemplar);
  metrics.turnPart('endpointing', timing.endpointingMs, exemplar);
  metrics.turnPart('brain', timing.brainMs, exemplar);
  metrics.turnPart('voice', timing.voiceMs, exemplar);
  metrics.turnPart('total', timing.totalMs, exemplar);
}

/**
 * How long the caller waited for an answer, as played: from the caller's last sound to the moment at which the carrier
 * began to play, known from the first mark that it echoes. The echo's way back is in it, the first frame's way out is not.
 */
export class EarTimer {
  #speechEnd: number | undefined;
  #answer: { readonly reply: number; readonly speechEnd: number } | undefined;

  /** Feed it every step in order; the wait for an answer comes back when its first sound is proven. */
  take(event: CallEvent, effects: readonly CallEffect[]): number | undefined {
    if (event.type === 'speech-end') this.#speechEnd = event.since;
    for (const effect of effects) {
      if (effect.type === 'answer-start' && this.#speechEnd !== undefined) {
        this.#answer = { reply: effect.reply, speechEnd: this.#speechEnd };
      }
      // After a pause or a clear a mark no longer tells when the reply began.
      if (effect.type === 'reply-cancel' || effect.type === 'playout-pause') this.#answer = undefined;
    }
    const answer = this.#answer;
    if (!answer || event.type !== 'mark' || event.reply !== answer.reply || event.playedMs === 0) return undefined;
    this.#answer = undefined;
    return Math.max(0, event.at - event.playedMs - answer.speechEnd);
  }
}
