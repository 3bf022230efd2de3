/** A process that records without end, far faster than time, and prints each fact when it is told. It is killed. */
import { keysFrom } from './recording.fixture.ts';
import { Recordings } from './recordings.ts';

const [root, key] = process.argv.slice(2);
const recordings = new Recordings({
  root: root!,
  keys: keysFrom(key!),
  clock: { now: () => 0, at: () => () => {} },
  onError: (error) => {
    throw error;
  },
});
let told = 0;
const recorder = recordings.open({
  tenant: 'default',
  callSid: 'CA1',
  openedAt: new Date(0),
  startedAtMs: 0,
  segmentMs: 1_000,
  onSegment: (fact) => {
    process.stdout.write(`${JSON.stringify(fact)}\n`);
    told++;
    record();
  },
});
const frame = new Uint8Array(160).fill(0x11);
let at = 0;
/** As far ahead of the disk as some calls at once would be. */
function record(): void {
  while (recorder.report.segments - told < 8) {
    at += 20;
    recorder.caller(frame, at);
  }
}
recorder.arm();
recorder.consented(0);
record();
