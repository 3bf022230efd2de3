import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

const LEDGER = {
  waiting: 0,
  unapplied: 3,
  oldestUnappliedMs: 2_000,
  bytes: 100,
  syncMs: 4,
  refusedNotes: 0,
  refusedFacts: 0,
  lostFacts: 0,
};

const metrics = createMetrics();
afterEach(() => metrics.close());

test('counts reach the scrape in Prometheus format, and docs/metrics.md lists exactly what is there', async () => {
  metrics.callStarted();
  metrics.callStarted();
  metrics.callEnded('caller-hung-up');
  metrics.callState(undefined, 'THINKING');
  metrics.mouthToEar(700);
  metrics.providerFirst({ provider: 'openai', operation: 'brain' }, 300);
  metrics.playoutLead(220);
  metrics.watchKeeping(() => ({ ledger: LEDGER, storeReady: true }));
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
    'kav_calls_in_state{state="THINKING"} 1',
    'kav_mouth_to_ear_seconds_sum 0.7',
    'kav_provider_first_seconds_sum{provider="openai",operation="brain"} 0.3',
    'kav_playout_lead_seconds_bucket{le="0.2"} 0',
    'kav_ledger_unapplied 3',
    'kav_ledger_oldest_seconds 2',
    'kav_store_ready 1',
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
