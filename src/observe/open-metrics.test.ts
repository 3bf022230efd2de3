import { expect, test } from 'vitest';
import { hashOfCall } from './exemplar.ts';
import { addMetrics, createMetrics } from './metrics.ts';

const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3';
const CALL = { call: hashOfCall('CA1'), trace_id: 'a'.repeat(32) };

/** https://prometheus.io/docs/specs/om/open_metrics_spec: a sample with what may follow it. */
const SAMPLE =
  /^[a-z\d_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (?:NaN|[-+]?(?:Inf|[\d.]+(?:e[-+]?\d+)?))( # \{.*\} [\d.]+ [\d.]+)?$/;

test('whoever asks for OpenMetrics gets it, with an exemplar that leads to the call', async () => {
  const metrics = createMetrics();
  metrics.mouthToEar(830, CALL);
  metrics.providerFirst({ provider: 'a "b"\\c', operation: 'stt' }, 120, { call: CALL.call });
  metrics.toolEnded('save', false, 12);
  metrics.callEnded('caller-hung-up');
  const { contentType, text } = await metrics.page(ACCEPT);
  metrics.close();
  expect(contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  const lines = text.split('\n').slice(0, -2);
  for (const line of lines) if (!line.startsWith('#')) expect(line).toMatch(SAMPLE);
  const [bucket] = lines.filter((line) => line.startsWith('kav_mouth_to_ear_seconds_bucket') && line.includes(' # '));
  expect(bucket).toContain(`# {call="${CALL.call}",trace_id="${CALL.trace_id}"} 0.83 `);
  expect(lines).toContain('# TYPE kav_calls counter');
  expect(lines).toContain('kav_calls_total{end="caller-hung-up"} 1');
  expect(text).toContain('provider="a \\"b\\"\\\\c"');
});

test('anybody else gets the plain text, as it always was', async () => {
  const metrics = createMetrics();
  metrics.mouthToEar(830, CALL);
  metrics.callEnded('caller-hung-up');
  await metrics.page(ACCEPT);
  const { contentType, text } = await metrics.page('*/*');
  metrics.close();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(text).toContain('# TYPE kav_calls_total counter');
  expect(text).not.toContain(CALL.call);
});

test('a call is named by a hash, and no label is longer than the specification lets it be', () => {
  const exemplar = { call: hashOfCall(`CA${'0'.repeat(32)}`), trace_id: 'f'.repeat(32) };
  expect(exemplar.call).toMatch(/^[0-9a-f]{12}$/);
  const characters = Object.entries(exemplar).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  expect(characters).toBeLessThanOrEqual(128);
});

test('the sum over processes keeps the newest exemplar of each series', async () => {
  const processes = [createMetrics(), createMetrics()];
  processes[0]!.mouthToEar(830, CALL);
  processes[1]!.mouthToEar(840);
  // What goes between processes is JSON.
  const values = JSON.parse(JSON.stringify(await Promise.all(processes.map((one) => one.values()))));
  const { text } = await addMetrics(values, ACCEPT);
  for (const one of processes) one.close();
  expect(text).toContain('kav_mouth_to_ear_seconds_count 2');
  const [bucket] = text.split('\n').filter((line) => line.includes(CALL.call));
  expect(bucket).toMatch(/^kav_mouth_to_ear_seconds_bucket\{le="0\.9"\} 2 # /);
  const plain = await addMetrics(values, '');
  expect(plain.text).toContain('kav_mouth_to_ear_seconds_count 2');
});
