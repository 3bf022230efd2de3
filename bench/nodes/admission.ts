/** Many calls at one moment, to several nodes, when only some may be taken: how many are, and how fast each is answered. */
import { createRealClock } from '../../src/call/real-clock.ts';
import { createCallFields } from '../../src/simulator/carrier/call-fields.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { createSid } from '../../src/simulator/carrier/sid.ts';
import { TwilioHttp } from '../../src/simulator/twilio-http.ts';
import { liveNodes } from '../../src/store/cluster/nodes.ts';
import type { Store } from '../../src/store/store.ts';
import { type BenchNode, type NodeSettings, startNode } from './node.ts';

export interface AdmissionOptions {
  readonly settings: NodeSettings;
  readonly store: Store;
  readonly nodes: number;
  readonly asksPerNode: number;
  readonly places: number;
  /** Owns the process until it has ended. */
  readonly onStarted: (node: BenchNode) => void;
}

export interface Admissions {
  readonly asked: number;
  readonly places: number;
  readonly taken: number;
  readonly refused: number;
  /** Neither a stream nor a sentence. */
  readonly failed: readonly string[];
  readonly refusedMs: readonly number[];
  readonly takenMs: readonly number[];
}

interface Asked {
  readonly ms: number;
  readonly is: 'taken' | 'refused' | 'failed';
  readonly problem?: string;
}

const LOOK_EVERY_MS = 100;
const clock = createRealClock();
const ACCOUNT = createSid('AC');

export async function askAtOnce(options: AdmissionOptions): Promise<Admissions> {
  const { asksPerNode, onStarted, places, settings } = options;
  const env = { KAV_TENANT: 'admission', KAV_MAX_CALLS_TENANT: String(places) };
  const nodes: BenchNode[] = [];
  for (let i = 0; i < options.nodes; i++) {
    const node = await startNode({ ...settings, name: `admission-${i}`, env });
    onStarted(node);
    nodes.push(node);
  }
  await ready(nodes, options.store);
  const asks = nodes.flatMap(({ port }) =>
    Array.from({ length: asksPerNode }, () => ask(`http://127.0.0.1:${port}`, settings)),
  );
  const answers = await Promise.all(asks);
  for (const { exited, process } of nodes) {
    process.kill('SIGKILL');
    await exited;
  }
  const timesOf = (is: Asked['is']): readonly number[] =>
    answers.flatMap((answer) => (answer.is === is ? [answer.ms] : [])).sort((a, b) => a - b);
  return {
    asked: answers.length,
    places,
    taken: timesOf('taken').length,
    refused: timesOf('refused').length,
    failed: answers.flatMap(({ problem }) => problem ?? []),
    refusedMs: timesOf('refused'),
    takenMs: timesOf('taken'),
  };
}

/** They answer before they have the database; and what answers for the first time is slow. */
async function ready(nodes: readonly BenchNode[], { db }: Store): Promise<void> {
  for (const { name, port } of nodes) {
    while (!(await liveNodes(db)).some(({ node }) => node === name)) {
      await new Promise<void>((resolve) => clock.at(clock.now() + LOOK_EVERY_MS, resolve));
    }
    await (await fetch(`http://127.0.0.1:${port}/webhook/incoming_call_preview`)).text();
  }
}

/** As Twilio asks: signed over the public name, sent to one of the nodes. */
async function ask(nodeUrl: string, { authToken, publicUrl }: NodeSettings): Promise<Asked> {
  const since = clock.now();
  const address = createServerAddress(nodeUrl, publicUrl);
  const identity = { callSid: createSid('CA'), accountSid: ACCOUNT, from: '+15551230001', to: '+15551230000' };
  const fields = createCallFields(identity, 'ringing');
  const http = new TwilioHttp({ clock, authToken, address });
  const outcome = await http.send({ method: 'POST', url: `${publicUrl}/webhook/incoming_call`, fields });
  const ms = clock.now() - since;
  if (!outcome.ok) return { ms, is: 'failed', problem: outcome.problem.message };
  const { body, status } = outcome.answer;
  const isSpoken = status === 200 && /<Say|<Play/.test(String(body));
  if (String(body).includes('<Stream')) return { ms, is: 'taken' };
  return isSpoken ? { ms, is: 'refused' } : { ms, is: 'failed', problem: `${status} ${body}` };
}
