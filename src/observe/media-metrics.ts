/** The media plane, which adds up its own frames and reports them in batches. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const LATENESS_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5];
const LEAD_BUCKETS_SECONDS = [0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1, 2];

export function mediaMetrics(registry: Registry) {
  const registers = [registry];
  const frames = new Counter({
    name: 'kav_media_frames_total',
    help: 'Audio frames of 20 ms received (in) and sent (out).',
    labelNames: ['direction'],
    registers,
  });
  const byDirection = { in: frames.labels('in'), out: frames.labels('out') };
  const bad = new Counter({
    name: 'kav_media_bad_messages_total',
    help: 'Messages on media sockets that were dropped, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const underruns = new Counter({
    name: 'kav_playout_underruns_total',
    help: 'Times that the carrier may have run out of queued audio in the middle of a sentence.',
    registers,
  });
  const lateness = new Histogram({
    name: 'kav_playout_lateness_seconds',
    help: 'How long after its time the sender of all outbound frames woke.',
    buckets: LATENESS_BUCKETS_SECONDS,
    registers,
  });
  const lead = new Histogram({
    name: 'kav_playout_lead_seconds',
    help: 'Audio sent ahead of what a mark proves played: the lead, and the way to the carrier and back.',
    buckets: LEAD_BUCKETS_SECONDS,
    registers,
  });
  return {
    mediaFrames: (direction: 'in' | 'out', count: number) => byDirection[direction].inc(count),
    badMessage: (kind: string) => bad.labels(kind).inc(),
    playoutUnderrun: () => underruns.inc(),
    playoutLead: (ms: number | undefined) => {
      if (ms !== undefined) lead.observe(ms / 1000);
    },
    playoutLateness: (ms: number) => lateness.observe(ms / 1000),
  };
}

/** Sockets and webhooks. */
export function edgeMetrics(registry: Registry) {
  const registers = [registry];
  const refused = new Counter({
    name: 'kav_sockets_refused_total',
    help: 'Media sockets refused before or after the upgrade, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const open = new Gauge({ name: 'kav_sockets_open', help: 'Media sockets open now.', registers });
  const webhooks = new Counter({
    name: 'kav_webhooks_total',
    help: 'Webhook requests, by route and verdict.',
    labelNames: ['route', 'verdict'],
    registers,
  });
  const failed = new Counter({
    name: 'kav_stream_errors_total',
    help: "Streams that failed, as Twilio tells, by Twilio's code.",
    labelNames: ['code'],
    registers,
  });
  return {
    streamFailed: (code: number | undefined) => failed.labels(code === undefined ? 'unknown' : String(code)).inc(),
    socketRefused: (reason: string) => refused.labels(reason).inc(),
    socketOpened: () => open.inc(),
    socketClosed: () => open.dec(),
    webhook: (route: string, verdict: string) => webhooks.labels(route, verdict).inc(),
  };
}
