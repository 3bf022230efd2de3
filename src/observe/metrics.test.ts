import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

const metrics = createMetrics();
afterEach(() => metrics.close());

test('counts reach the scrape in Prometheus format, and docs/metrics.md lists exactly what is there', async () => {
  metrics.callStarted();
  metrics.callStarted();
  metrics.callEnded('caller-hung-up');
  metrics.mediaFrames('in', 50);
  metrics.badMessage('binary');
  metrics.playoutUnderrun();
  metrics.playoutLateness(3);
  metrics.bargeIn();
  metrics.turnPart('total', 900);
  metrics.endpointingModel('used');
  metrics.socketRefused('signature');
  metrics.socketOpened();
  metrics.webhook('incoming-call', 'accepted');
  const text = await metrics.text();
  for (const line of [
    'kav_calls_active 1',
    'kav_calls_total{end="caller-hung-up"} 1',
    'kav_media_frames_total{direction="in"} 50',
    'kav_media_bad_messages_total{kind="binary"} 1',
    'kav_playout_underruns_total 1',
    'kav_playout_lateness_seconds_bucket{le="0.002"} 0',
    'kav_playout_lateness_seconds_bucket{le="0.005"} 1',
    'kav_barge_ins_total 1',
    'kav_turn_part_seconds_sum{part="total"} 0.9',
    'kav_endpointing_model_pauses_total{fate="used"} 1',
    'kav_sockets_refused_total{reason="signature"} 1',
    'kav_sockets_open 1',
    'kav_webhooks_total{route="incoming-call",verdict="accepted"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^kav_event_loop_lag_seconds \d/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);

  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(kav_\w+)` \| (\w+) \|/gm)].map((row) => `${row[1]} ${row[2]}`);
  const served = [...text.matchAll(/^# TYPE (kav_\w+) (\w+)$/gm)].map((row) => `${row[1]} ${row[2]}`);
  expect(documented.sort()).toEqual(served.sort());
});
