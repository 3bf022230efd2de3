/** A process to be killed: appends turns to the ledger in a folder and prints the index of each that is acknowledged. */
import { writeSync } from 'node:fs';
import { createRealClock } from '../call/real-clock.ts';
import { realDisk } from './disk/real-disk.ts';
import { turn } from './facts.fixture.ts';
import { openLedger } from './ledger.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const IN_FLIGHT = 8;

const ledger = await openLedger({
  folder,
  node: 'one',
  disk: realDisk,
  clock: createRealClock(),
  onError: (error) => {
    throw error;
  },
  limits: { segmentBytes: 20_000 },
});
let next = Number(first);

async function tell(): Promise<never> {
  for (;;) {
    const index = next++;
    await ledger.append(turn(index, 'CA1', 'ש'.repeat(index % 300)));
    writeSync(1, `${index}\n`);
  }
}

await Promise.all(Array.from({ length: IN_FLIGHT }, tell));
