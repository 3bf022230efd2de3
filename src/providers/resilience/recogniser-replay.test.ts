import { describe, expect, test } from 'vitest';
import { AudioRing } from './audio-ring.ts';
import { Replay, type ReplayMark } from './recogniser-replay.ts';

const MS = 8;

/** What a replay plays: edges by name, audio as the positions `from-to` in milliseconds. */
function listen() {
  const heard: string[] = [];
  let from = -1;
  let to = -1;
  const flush = () => {
    if (from >= 0) heard.push(`${from}-${to}`);
    from = -1;
  };
  return {
    heard: () => {
      flush();
      return heard;
    },
    write: (frame: Uint8Array) => {
      // The ring of `record` counts milliseconds in pairs of bytes.
      for (let i = 0; i < frame.length; i += MS) {
        const ms = (frame[i] ?? 0) * 256 + (frame[i + 1] ?? 0);
        if (from >= 0 && ms !== to) flush();
        if (from < 0) from = ms;
        to = ms + 1;
      }
    },
    speechStarted: () => {
      flush();
      heard.push('started');
    },
    speechEnded: () => {
      flush();
      heard.push('ended');
    },
  };
}

function record(ring: AudioRing, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms < toMs; ms++) {
    const data = new Uint8Array(MS);
    data.set([ms >> 8, ms & 0xff]);
    ring.write(data);
  }
}

const at = (edge: ReplayMark['edge'], ms: number): ReplayMark => ({ edge, byte: ms * MS });

describe('a replay', () => {
  test('utterances from half a second before, without the silence between, and the last half second', () => {
    const ring = new AudioRing(80_000);
    record(ring, 0, 9_000);
    const marks = [at('started', 1_000), at('ended', 2_000), at('started', 4_000), at('ended', 5_000)];
    const target = listen();
    const replay = new Replay(ring, marks, 0);
    expect(replay.step(target, 80_000)).toBe(true);
    const first = ['500-1000', 'started', '1000-2000', 'ended'];
    expect(target.heard()).toEqual([...first, '3500-4000', 'started', '4000-5000', 'ended', '8500-9000']);
    expect(replay.sentBytes).toBe(3_500 * MS);
  });

  test('nothing from before its beginning: those words were given out', () => {
    const ring = new AudioRing(80_000);
    record(ring, 0, 2_000);
    const target = listen();
    new Replay(ring, [at('started', 1_000)], 900 * MS).step(target, 80_000);
    expect(target.heard()).toEqual(['900-1000', 'started', '1000-2000']);
  });

  test('an utterance that is longer than the memory begins where the memory does', () => {
    const ring = new AudioRing(1_000 * MS);
    record(ring, 0, 3_000);
    const target = listen();
    new Replay(ring, [at('started', 500)], 0).step(target, 80_000);
    expect(target.heard()).toEqual(['started', '2000-3000']);
  });

  test('an end without a beginning stays one', () => {
    const ring = new AudioRing(80_000);
    record(ring, 0, 1_000);
    const target = listen();
    new Replay(ring, [at('ended', 1_000)], 0).step(target, 80_000);
    expect(target.heard()).toEqual(['500-1000', 'ended']);
  });

  test('goes in steps, and the call goes on meanwhile', () => {
    const ring = new AudioRing(80_000);
    record(ring, 0, 2_000);
    const target = listen();
    const replay = new Replay(ring, [at('started', 500)], 0);
    expect(replay.step(target, 1_000 * MS)).toBe(false);
    record(ring, 2_000, 2_300);
    replay.mark('ended');
    record(ring, 2_300, 2_400);
    expect(replay.sentBytes).toBe(1_000 * MS);
    expect(replay.step(target, 1_000 * MS)).toBe(false);
    expect(replay.step(target, 1_000 * MS)).toBe(true);
    expect(target.heard().join(' ')).toBe('0-500 started 500-2300 ended 2300-2400');
  });
});
