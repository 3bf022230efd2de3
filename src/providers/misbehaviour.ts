/**
 * What can be wrong with a vendor, for the loopback servers that stand in for one: `<vendor>/loopback.ts` speaks the
 * vendor's real protocol, and misbehaves as told. The default is to behave.
 */
export type Misbehaviour =
  /** The request, or the upgrade, is refused with this status and the vendor's own error body. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The first byte or message comes so late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** So many chunks or messages, then nothing, and the connection stays open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** So many chunks or messages, then the connection is cut. */
  | { readonly kind: 'cut'; readonly after: number }
  /** So many good messages, then one that is no message: truncated JSON, a field of the wrong type. */
  | { readonly kind: 'garbage'; readonly after: number }
  /** Connects, takes everything, never says a thing. */
  | { readonly kind: 'mute' }
  // Recognisers
  | { readonly kind: 'duplicate-finals' }
  | { readonly kind: 'late-finals'; readonly ms: number }
  | { readonly kind: 'out-of-order' }
  | { readonly kind: 'empty-finals' }
  /** The stream ends as at Google's limit, after so much audio. */
  | { readonly kind: 'stream-limit'; readonly audioMs: number }
  // Voices
  | { readonly kind: 'no-audio' }
  /** A WAV header where raw audio was asked for. */
  | { readonly kind: 'wav-header' }
  /** Samples of another rate than asked for: 16-bit PCM of 24 kHz where µ-law of 8 kHz should be. */
  | { readonly kind: 'wrong-rate' }
  // Models
  | { readonly kind: 'empty-answer' }
  | { readonly kind: 'broken-tool-call' };

/** What a loopback server does with its n-th request or connection, counted from 0. */
export type Behaviour = (request: number) => Misbehaviour | undefined;

/** A vendor of our own on 127.0.0.1. */
export interface Loopback {
  /** The variables that point the vendor's adapter here, endpoint and key. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests or connections so far. */
  readonly requests: number;
  /** Connections or streams that are open now: what an adapter must not leak. */
  readonly open: number;
  close(): Promise<void>;
}
