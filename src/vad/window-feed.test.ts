import { expect, test } from 'vitest';
import { FRAME_BYTES } from '../audio/frame.ts';
import { MULAW_TO_LINEAR } from '../audio/mulaw.ts';
import { CONTEXT_SAMPLES, WINDOW_SAMPLES } from './silero/network.ts';
import { WindowFeed } from './window-feed.ts';

const AUDIO = Uint8Array.from({ length: FRAME_BYTES * 200 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const SPAN = CONTEXT_SAMPLES + WINDOW_SAMPLES;

/** A window of the audio with its context, as it should be. */
function expected(window: number): Float32Array {
  const from = window * WINDOW_SAMPLES - CONTEXT_SAMPLES;
  return Float32Array.from({ length: SPAN }, (_, i) => {
    const code = AUDIO[from + i];
    return code === undefined ? 0 : MULAW_TO_LINEAR[code]! / 32_768;
  });
}

function run(isTaken: (frame: number) => boolean): { readonly windows: Float32Array[]; readonly most: number } {
  const feed = new WindowFeed();
  const windows: Float32Array[] = [];
  let most = 0;
  for (let frame = 0; frame < AUDIO.length / FRAME_BYTES; frame++) {
    feed.push(AUDIO.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES));
    most = Math.max(most, feed.waiting);
    if (!isTaken(frame)) feed.forget();
    else while (feed.waiting > 0) windows.push(feed.samples.slice(...span(feed.take())));
  }
  return { windows, most };
}

function span(start: number): [number, number] {
  return [start, start + SPAN];
}

test('every window comes once, in order, with its context', () => {
  const { windows } = run(() => true);
  expect(windows).toHaveLength(Math.floor(AUDIO.length / WINDOW_SAMPLES));
  windows.forEach((window, i) => {
    expect(window).toEqual(expected(i));
  });
});

test('after a time of forgetting, the newest whole window comes first, and never more than two in one frame', () => {
  const { windows, most } = run((frame) => frame >= 100);
  const first = Math.floor((101 * FRAME_BYTES) / WINDOW_SAMPLES) - 1;
  expect(windows[0]).toEqual(expected(first - 1));
  expect(windows[1]).toEqual(expected(first));
  expect(windows.at(-1)).toEqual(expected(Math.floor(AUDIO.length / WINDOW_SAMPLES) - 1));
  expect(most).toBe(2);
});
