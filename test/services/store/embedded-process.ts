/** A process with an embedded store, for tests that end it rudely: writes calls until it is killed, and says which. */
import { createRealClock } from '../../../src/call/real-clock.ts';
import { openStore } from '../../../src/store/store.ts';
import { wholeCall } from './facts.ts';

const [folder, from = '0'] = process.argv.slice(2);
const store = openStore({ folder: folder!, clock: createRealClock(), onNews: (news) => say({ news: news.type }) });
await store.ready;
for (let call = Number(from); ; call++) {
  await store.apply(wholeCall({ tenant: 'tenant', callSid: `CA${call}` }));
  say({ call });
}

function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
