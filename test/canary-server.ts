/** Serves one call, and a stranger's request; its log is its standard output, its metrics are the standard error. */
import { createRealClock } from '../src/call/real-clock.ts';
import { openKav } from '../src/cli/wire.ts';
import { createBabbleVoice } from '../src/simulator/babble-voice.ts';
import { placeCall } from '../src/simulator/place-call.ts';
import { createSpeak, prepareScenario } from '../src/simulator/prepare-scenario.ts';
import { checkScenario } from '../src/simulator/scenario.ts';

const { CANARY_DIGITS, CANARY_FROM, CANARY_TO, TWILIO_AUTH_TOKEN } = process.env;

const kav = await openKav(process.env, false);
await kav.ready;
const steps = ['wait-for-agent', { say: 'when are you open' }, { dtmf: CANARY_DIGITS }, 'wait-for-agent', 'hang-up'];
const scenario = checkScenario({ name: 'canaries', steps }, 'canary-server.ts');
await placeCall({
  clock: createRealClock(),
  baseUrl: kav.url,
  authToken: TWILIO_AUTH_TOKEN ?? '',
  from: `+${CANARY_FROM}`,
  to: `+${CANARY_TO}`,
  script: await prepareScenario(scenario, createSpeak(createBabbleVoice(), scenario)),
});
await fetch(`${kav.url}/webhook/incoming_call`, {
  method: 'POST',
  headers: { 'X-Twilio-Signature': 'forged', 'Content-Type': 'application/x-www-form-urlencoded' },
  body: `CallSid=CA1&From=%2B${CANARY_FROM}`,
});
process.stderr.write(await (await fetch(`${kav.url}/metrics`)).text());
await kav.close();
