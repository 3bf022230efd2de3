/** What the socket and the HTTP half of the stand-in share. */
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';

export interface LoopbackState {
  readonly behave: Behaviour;
  readonly key: string;
  requests: number;
  open: number;
  readonly texts: string[];
  readonly urls: string[];
  mostContexts: number;
  keepAlives: number;
  readonly timers: Set<NodeJS.Timeout>;
}

export const CHUNK_MS = 400;
export const CHARACTER_MS = 60;
const KEPT = 200;

/** A sentence is a request: takes its number, and says how to treat it. */
export function nextRequest(state: LoopbackState, text: string): Misbehaviour | undefined {
  state.texts.push(text);
  if (state.texts.length > KEPT) state.texts.shift();
  if (state.urls.length > KEPT) state.urls.shift();
  return state.behave(state.requests++);
}

export function later(state: LoopbackState, ms: number, act: () => void): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    act();
  }, ms);
  state.timers.add(timer);
}

/** The last part of `/v1/text-to-speech/{voice_id}/…`, if it is such a path. */
export function voicePath(pathname: string): string | undefined {
  return /^\/v1\/text-to-speech\/[^/]+\/([\w-]+)$/.exec(pathname)?.[1];
}

/** The vendor's body for a refused request. */
export function refusal(status: number, name = statusName(status)): string {
  return JSON.stringify({ detail: { status: name, message: `The loopback refuses: ${name}.` } });
}

/** What the vendor calls it. */
export function statusName(status: number): string {
  const names: Readonly<Record<number, string>> = {
    400: 'invalid_output_format',
    401: 'invalid_api_key',
    402: 'quota_exceeded',
    403: 'model_access_denied',
    404: 'not_found',
    429: 'too_many_concurrent_requests',
  };
  return names[status] ?? 'internal_server_error';
}

/** The sentence as bytes, chunk by chunk, as the misbehaviour wants them. */
export function* soundOf(text: string, told: Misbehaviour | undefined): Generator<Uint8Array> {
  if (told?.kind === 'no-audio') return;
  let remainingMs = [...text].length * CHARACTER_MS;
  if (told?.kind === 'wav-header') yield wavHeader();
  while (remainingMs > 0) {
    const durationMs = Math.min(CHUNK_MS, remainingMs);
    yield told?.kind === 'wrong-rate' ? pcm24k(durationMs) : toneMulaw({ frequencyHz: 440, durationMs });
    remainingMs -= durationMs;
  }
}

function pcm24k(durationMs: number): Uint8Array {
  const samples = tonePcm({ frequencyHz: 440, durationMs, sampleRateHz: 24_000 });
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** µ-law, mono, 8000 Hz, of a length that was not known when it was written. */
function wavHeader(): Uint8Array {
  const bytes = Buffer.alloc(44);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(0xffff_ffff, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(7, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(0xffff_ffff, 40);
  return bytes;
}
