/** Binary messages of the live socket: eight bytes of head, then 8 kHz µ-law. */
import { LIVE_AUDIO } from '../contract/live.ts';

const AT_OFFSET = 4;
const MOST_MS = 0xffff_ffff;

export function audioMessage(side: number, atMs: number, audio: Uint8Array): Buffer {
  const message = Buffer.alloc(LIVE_AUDIO.headerBytes + audio.length);
  message[0] = side;
  message.writeUInt32LE(Math.min(MOST_MS, Math.max(0, Math.round(atMs))), AT_OFFSET);
  message.set(audio, LIVE_AUDIO.headerBytes);
  return message;
}

/** A copy of the operator's audio; undefined for anything else. */
export function parseVoice(message: Uint8Array): Uint8Array | undefined {
  const size = message.length - LIVE_AUDIO.headerBytes;
  if (size < 1 || size > LIVE_AUDIO.mostBytes || message[0] !== LIVE_AUDIO.operator) return undefined;
  if (message[1] !== 0 || message[2] !== 0 || message[3] !== 0) return undefined;
  return Uint8Array.from(message.subarray(LIVE_AUDIO.headerBytes));
}
