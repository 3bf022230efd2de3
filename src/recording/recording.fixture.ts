import { randomBytes } from 'node:crypto';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { keyOfRecording, parseRecordingKeys, type RecordingKeys } from './keys.ts';
import { Recorder, type RecorderOptions, type SegmentFact } from './recorder.ts';
import { openSegment, type SegmentHead } from './segment.ts';
import type { ClosedSegment, SegmentStore } from './segment-writer.ts';

export const CALL_SID = `CA${'1'.repeat(32)}`;
export const RECORDING_ID = 'ab'.repeat(16);

export function keysFrom(text: string): RecordingKeys {
  const parsed = parseRecordingKeys(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.keys;
}

export const newKey = (): string => randomBytes(32).toString('base64');
export const KEYS = keysFrom(`test:${newKey()}`);

export const frameOf = (byte: number): Uint8Array => new Uint8Array(160).fill(byte);

export function headOf(head: Partial<SegmentHead> = {}): SegmentHead {
  const whole = { tenant: 'default', callSid: CALL_SID, recordingId: RECORDING_ID, index: 0, fromMs: 0, toMs: 20 };
  return { ...whole, last: true, lost: 0, keyId: 'test', ...head };
}

/** A disk in memory that takes everything, or nothing. */
export class MemoryStore implements SegmentStore {
  readonly segments: ClosedSegment[] = [];
  isFull = false;

  put(segment: ClosedSegment) {
    if (this.isFull) return undefined;
    this.segments.push(segment);
    const file = `${segment.folder}/${segment.name}`;
    return Promise.resolve({ file, bytes: segment.bytes.length, sha256: 'digest' });
  }

  opened(keys = KEYS): ReturnType<typeof openSegment>[] {
    return this.segments.map(({ bytes }) => openSegment(bytes, keys));
  }
}

/** A recorder whose segments end in memory, and what is in them. */
export class Bench {
  readonly store = new MemoryStore();
  readonly facts: SegmentFact[] = [];
  readonly recorder: Recorder;

  constructor(options: Partial<RecorderOptions> = {}) {
    this.recorder = new Recorder({
      tenant: 'default',
      callSid: CALL_SID,
      recordingId: RECORDING_ID,
      folder: `default/2026-11/${CALL_SID}`,
      startedAtMs: 0,
      segmentMs: 1_000,
      key: { id: 'test', ofRecording: keyOfRecording(KEYS.current, { tenant: 'default', recordingId: RECORDING_ID }) },
      store: this.store,
      onSegment: (fact) => this.facts.push(fact),
      onError: (error) => {
        throw error;
      },
      ...options,
    });
  }

  /** Both channels by position, silence where there is no segment. */
  heard(): { readonly left: Uint8Array; readonly right: Uint8Array } {
    const opened = this.store.opened();
    const samples = 8 * opened.reduce((most, { head }) => Math.max(most, head.toMs), 0);
    const left = new Uint8Array(samples).fill(MULAW_SILENCE);
    const right = left.slice();
    for (const { head, audio } of opened) {
      for (let i = 0; i < audio.length / 2; i++) {
        left[8 * head.fromMs + i] = audio[2 * i]!;
        right[8 * head.fromMs + i] = audio[2 * i + 1]!;
      }
    }
    return { left, right };
  }
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** `0x11 × 160, silence × 80`: audio in which each stretch of one byte stands for itself. */
export function runsOf(audio: Uint8Array): string {
  const runs: string[] = [];
  for (let from = 0; from < audio.length; ) {
    let to = from;
    while (to < audio.length && audio[to] === audio[from]) to++;
    const name = audio[from] === MULAW_SILENCE ? 'silence' : `0x${audio[from]!.toString(16).padStart(2, '0')}`;
    runs.push(`${name} × ${to - from}`);
    from = to;
  }
  return runs.join(', ');
}
