/** A call in real time: signed webhook, TwiML, upgrade, stream and callback, through a server on a port of its own. */
import { defaultLines } from '../../src/call/agent-lines.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import type { Clock } from '../../src/core/clock.ts';
import { StateError } from '../../src/core/errors.ts';
import { openHttpServer } from '../../src/server/http-server.ts';
import { type CallIdentity, createCallFields } from '../../src/simulator/carrier/call-fields.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { createSid } from '../../src/simulator/carrier/sid.ts';
import type { Phone } from '../../src/simulator/phone.ts';
import { runStream, type StreamResult } from '../../src/simulator/stream/run-stream.ts';
import { TwilioHttp } from '../../src/simulator/twilio-http.ts';
import { readTwiml } from '../../src/simulator/twiml-reader.ts';
import { LabelledCaller } from './caller.ts';
import { openEvalDesk, silentLog } from './desk.ts';
import type { Observation } from './observation.ts';
import type { CallPlan } from './plan.ts';
import type { SharedParts } from './shared-parts.ts';
import { Witness } from './witness.ts';

const AUTH_TOKEN = 'only-on-loopback';

export async function playForReal(plan: CallPlan, parts: SharedParts): Promise<Observation> {
  const clock = createRealClock();
  const witness = new Witness();
  const { close, desk, entries, head } = await openEvalDesk({ clock, plan, witness, parts });
  const server = await openHttpServer({
    port: 0,
    host: '127.0.0.1',
    trustedProxies: [],
    authTokens: () => [AUTH_TOKEN],
    desk,
    log: silentLog,
    metrics: parts.metrics,
    clock,
    version: 'eval',
  });
  try {
    const { phone, end } = await dial(server.url, clock, plan, witness);
    const { caller, agent } = phone.recordings!;
    const warnings = phone.warnings.map(({ message }) => message);
    return {
      plan,
      witness,
      lines: defaultLines(plan.language),
      head: head()!,
      entries,
      caller,
      agent,
      endedBy: end.by,
      warnings,
    };
  } finally {
    await close();
    await server.close();
  }
}

/** As the carrier does it: the first document's stream, then the question what follows it. */
async function dial(
  url: string,
  clock: Clock,
  { file }: CallPlan,
  witness: Witness,
): Promise<Extract<StreamResult, { readonly opened: true }>> {
  const address = createServerAddress(url);
  const http = new TwilioHttp({ clock, authToken: AUTH_TOKEN, address });
  const identity: CallIdentity = {
    callSid: createSid('CA'),
    accountSid: createSid('AC'),
    from: '+15550100',
    to: '+15550101',
  };
  const post = (target: string, status: 'ringing' | 'completed') =>
    http.send({ method: 'POST', url: target, fields: createCallFields(identity, status) });
  const outcome = await post(new URL('/webhook/incoming_call', url).href, 'ringing');
  if (!outcome.ok) throw new StateError(outcome.problem.message);
  const verb = readTwiml(outcome.answer).verbs.find(({ type }) => type === 'connect-stream');
  if (verb?.type !== 'connect-stream') throw new StateError('the server did not connect the call to a stream');
  let phone: Phone | undefined;
  const result = await runStream({
    clock,
    authToken: AUTH_TOKEN,
    address,
    url: verb.stream.url,
    identity: { ...identity, streamSid: createSid('MZ'), customParameters: verb.stream.parameters },
    source: new LabelledCaller({ file, witness, echo: file.echo, onHangUp: () => phone?.stop() }),
    seed: 1,
    maxCallMs: LONGEST_CALL_MS,
    onStart: (started) => {
      phone = started;
    },
    onWarning: () => {},
  });
  if (!result.opened) throw new StateError(result.problem.message);
  if (verb.action !== undefined) await post(verb.action, 'completed');
  return result;
}

const LONGEST_CALL_MS = 15 * 60_000;
