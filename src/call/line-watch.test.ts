import { expect, test } from 'vitest';
import type { CallNote } from '../core/call-note.ts';
import { createMetrics } from '../observe/metrics.ts';
import { LineWatch } from './line-watch.ts';

function openWatch() {
  const notes: CallNote[] = [];
  const metrics = createMetrics();
  let frames = 0;
  const note = (one: CallNote): void => void notes.push(one);
  const log = { debug: () => {} };
  const watch = new LineWatch({ log, metrics, note, received: () => frames, sent: () => 0 });
  return { metrics, notes, watch, receive: (count: number) => (frames += count) };
}

test('what happened since the last look is one note of each kind; a good line leaves none', async () => {
  const { metrics, notes, receive, watch } = openWatch();
  receive(50);
  watch.look(3);
  expect(notes).toEqual([]);
  watch.gap(60);
  watch.gap(80);
  watch.underrun(40);
  watch.underrun(120);
  watch.look(250);
  expect(notes).toEqual([
    { type: 'media-gap', gaps: 2, gapMs: 140 },
    { type: 'playout-underrun', times: 2, lateMs: 120 },
    { type: 'process-late', lateMs: 250 },
  ]);
  const text = await metrics.text();
  expect(text).toContain('kav_media_frames_total{direction="in"} 50');
  expect(text).toContain('kav_playout_underruns_total 2');
  metrics.close();
});

test('the worst line for an hour leaves a few hundred notes, and nothing is left out of their sums', () => {
  const { metrics, notes, watch } = openWatch();
  for (let second = 0; second < 3_600; second++) {
    for (let i = 0; i < 10; i++) watch.gap(20);
    watch.look(0);
  }
  watch.close();
  expect(notes.length).toBeLessThan(300);
  expect(notes.reduce((sum, note) => sum + (note.type === 'media-gap' ? note.gapMs : 0), 0)).toBe(3_600 * 200);
  metrics.close();
});
