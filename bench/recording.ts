/**
 * What recording costs the media path, per frame of 20 ms: `node bench/recording.ts [calls]`. "Beside nothing" is the
 * same loop with a recorder that was never given consent. A segment is locked inside the frame that ends it; its cost is
 * in the mean, and named by itself.
 */
import { randomBytes } from 'node:crypto';
import { keyOfRecording, parseRecordingKeys } from '../src/recording/keys.ts';
import { Recorder } from '../src/recording/recorder.ts';

const CALLS = Number(process.argv[2] ?? 20);
const CALL_MS = 120_000;
const SEGMENT_MS = 10_000;
const frame = randomBytes(160);

const parsed = parseRecordingKeys(randomBytes(32).toString('hex'));
if (!parsed.ok) throw new Error(parsed.problem);
const { current } = parsed.keys;

function createRecorder(segmentMs = SEGMENT_MS): Recorder {
  const recordingId = randomBytes(16).toString('hex');
  return new Recorder({
    tenant: 'default',
    callSid: 'CA1',
    recordingId,
    folder: 'default/2026-01/CA1',
    startedAtMs: 0,
    segmentMs,
    key: { id: current.id, ofRecording: keyOfRecording(current, { tenant: 'default', recordingId }) },
    // Locked, and thrown away: the disk is not the media path's business.
    store: { put: () => undefined },
    onSegment: () => {},
    onError: (error) => {
      throw error;
    },
  });
}

interface Cost {
  readonly meanNs: number;
  /** Of frames that end no segment. */
  readonly p99Ns: number;
  readonly worstUs: number;
}

function measure(isKept: boolean): Cost {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const recorder = createRecorder();
    if (isKept) {
      recorder.arm();
      recorder.consented(0);
    }
    for (let at = 0; at < CALL_MS; at += 20) {
      const began = process.hrtime.bigint();
      recorder.caller(frame, at + 20);
      recorder.agent(frame, at + 200);
      times.push(Number(process.hrtime.bigint() - began));
    }
  }
  times.sort((a, b) => a - b);
  const meanNs = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { meanNs, p99Ns: times[Math.floor(times.length * 0.99)]!, worstUs: times.at(-1)! / 1_000 };
}

/** Over a minute inside one segment: what the frames themselves leave behind. */
function heapPerFramePair(): number {
  const recorder = createRecorder(120_000);
  recorder.arm();
  recorder.consented(0);
  const push = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      recorder.caller(frame, 20 * i);
      recorder.agent(frame, 20 * i + 200);
    }
  };
  push(0, 1_000);
  const before = process.memoryUsage().heapUsed;
  push(1_000, 4_000);
  return (process.memoryUsage().heapUsed - before) / 3_000;
}

function sealMs(): number {
  const recorder = createRecorder();
  recorder.arm();
  recorder.consented(0);
  for (let at = 0; at < SEGMENT_MS; at += 20) recorder.caller(frame, at + 20);
  const began = process.hrtime.bigint();
  recorder.caller(frame, SEGMENT_MS + 2_000);
  return Number(process.hrtime.bigint() - began) / 1e6;
}

measure(true); // warms the code up
for (const [name, isKept] of [
  ['beside nothing', false],
  ['recorded', true],
] as const) {
  const { meanNs, p99Ns, worstUs } = measure(isKept);
  console.log(
    `${name.padEnd(15)} ${meanNs.toFixed(0).padStart(6)} ns mean, ${p99Ns} ns p99, ${worstUs.toFixed(0)} µs worst, both frames`,
  );
}
const seals = Array.from({ length: 200 }, () => sealMs()).sort((a, b) => a - b);
console.log(
  `a segment of ${SEGMENT_MS / 1000} s is locked in ${seals[100]!.toFixed(3)} ms (median), ${seals[190]!.toFixed(3)} ms (p95)`,
);
console.log(`heap per frame pair: ${heapPerFramePair().toFixed(0)} bytes`);
