import type { Clock } from '../core/clock.ts';
import type { PhoneLink } from './phone.ts';
import type { Random } from './random.ts';

/** A bad network, one direction of it. Rates are shares from 0 to 1. */
export interface Netem {
  readonly latencyMs?: number;
  /** Added to the latency, evenly spread; messages never overtake each other, as on TCP. */
  readonly jitterMs?: number;
  /** Media messages that never arrive, as when a carrier loses RTP packets. Other messages are not lost. */
  readonly lossRate?: number;
  readonly duplicateRate?: number;
  /** Times, in ms after the link was made, at which nothing passes for a while; then everything comes at once. */
  readonly stalls?: readonly { readonly atMs: number; readonly forMs: number }[];
}

/** A link that passes messages on to `sink` as such a network would. Wrap each direction with one of its own. */
export function createNetem(clock: Clock, random: Random, sink: PhoneLink, netem: Netem): PhoneLink {
  const { latencyMs = 0, jitterMs = 0, lossRate = 0, duplicateRate = 0, stalls = [] } = netem;
  const origin = clock.now();
  let last = origin;

  function deliver(pass: () => void): void {
    let due = Math.max(last, clock.now() + latencyMs + (jitterMs === 0 ? 0 : random() * jitterMs));
    for (const { atMs, forMs } of stalls) {
      if (due >= origin + atMs && due < origin + atMs + forMs) due = origin + atMs + forMs;
    }
    last = due;
    clock.at(due, pass);
  }

  return {
    send(text) {
      const isMedia = MEDIA.test(text);
      if (isMedia && lossRate > 0 && random() < lossRate) return;
      deliver(() => sink.send(text));
      if (isMedia && duplicateRate > 0 && random() < duplicateRate) deliver(() => sink.send(text));
    },
    close(code, reason) {
      deliver(() => sink.close(code, reason));
    },
  };
}

const MEDIA = /"event"\s*:\s*"media"/;
