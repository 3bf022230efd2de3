import { expect, test } from 'vitest';
import { createMetrics } from '../../observe/metrics.ts';
import { Figures } from './figures.ts';
import { RefusedToday } from './refused-today.ts';

const figuresOf = async (metrics: ReturnType<typeof createMetrics>) => new Figures(await metrics.values());

test('percentiles come from what was measured, within the width of a bucket', async () => {
  const metrics = createMetrics();
  expect((await figuresOf(metrics)).latency).toEqual({ answer: null, stt: null, brain: null, tts: null });
  for (let i = 1; i <= 100; i++) metrics.mouthToEar(i * 10);
  for (const provider of ['a', 'b']) metrics.providerFirst({ provider, operation: 'brain' }, 300);
  const { latency } = await figuresOf(metrics);
  expect(latency.answer!.count).toBe(100);
  expect(latency.answer!.p50).toBeGreaterThan(400);
  expect(latency.answer!.p50).toBeLessThan(650);
  expect(latency.answer!.p99).toBeGreaterThan(900);
  expect(latency.answer!.p90).toBeLessThanOrEqual(latency.answer!.p99);
  expect(latency.brain).toMatchObject({ count: 2 });
  expect(latency.tts).toBeNull();
  metrics.close();
});

test('errors are told by Twilio’s code and by provider, the most frequent first', async () => {
  const metrics = createMetrics();
  metrics.streamFailed(31921);
  for (let i = 0; i < 3; i++) metrics.providerFailed({ provider: 'openai', operation: 'brain' }, 'provider-timeout');
  metrics.webhook('incoming-call', 'forbidden');
  metrics.webhook('incoming-call', 'accepted');
  metrics.webhook('incoming-call', 'refused');
  const figures = await figuresOf(metrics);
  expect(figures.errors[0]).toMatchObject({ source: 'openai', code: 'provider-timeout', count: 3 });
  expect(figures.errors).toContainEqual(expect.objectContaining({ source: 'twilio', code: '31921', count: 1 }));
  expect(figures.errors.find(({ source }) => source === 'twilio')?.title).toContain('Stream');
  expect(figures.errors).toContainEqual(expect.objectContaining({ source: 'webhook', code: 'forbidden' }));
  expect(figures.refusedCalls).toBe(1);
  metrics.close();
});

test('refused calls are counted from midnight on', () => {
  const refused = new RefusedToday();
  const [monday, tuesday] = [new Date(2026, 10, 23), new Date(2026, 10, 24)];
  expect(refused.count(2, monday)).toBe(2);
  expect(refused.count(5, monday)).toBe(5);
  expect(refused.count(6, tuesday)).toBe(1);
  expect(refused.count(9, tuesday)).toBe(4);
});
