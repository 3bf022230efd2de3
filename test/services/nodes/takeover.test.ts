/** Calls that pass from one node to another: two switchboards on virtual clocks that share a store. */
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tool } from '../../../src/call/tool.ts';
import { type OpenCluster, openCluster } from '../../../src/nodes/cluster.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import type { Brain } from '../../../src/providers/contracts.ts';
import { FAKE_REPLY } from '../../../src/providers/fake/brain.ts';
import { FAKE_TRANSCRIPT } from '../../../src/providers/fake/speech-to-text.ts';
import { keepLog } from '../../../src/server/server.fixture.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import {
  afterStream,
  hangUp,
  Line,
  Office,
  type OfficeOptions,
  say,
  wait,
  waitForAgent,
} from '../../scenarios/whole-call.ts';
import { newTenant, useStore } from '../store/engines.ts';
import { type WatchedStore, watchStore } from './idle.ts';

const held = useStore('embedded');
const GREETING = 'Good morning, this is the test office.';
const ANSWER = FAKE_REPLY.join('').trim();
const CUT_OFF = 'We were cut off for a moment.';
const ACCOUNT = `AC${'0'.repeat(32)}`;
const STEP_MS = 20;

/** An office that is a node: its facts go into the store as soon as they are told. */
interface NodeOffice extends Office {
  readonly cluster: OpenCluster;
}

let store: WatchedStore;
let tenant: string;
let calls = 0;
const offices: NodeOffice[] = [];
const running = new Set<NodeOffice>();

beforeEach(() => {
  store = watchStore(held.store);
  tenant = newTenant();
  calls++;
});

afterEach(async () => {
  for (const office of offices) running.add(office);
  const closing = Promise.all(
    offices.splice(0).map(async ({ cluster, desk }) => {
      await desk.close();
      await cluster.close();
    }),
  );
  await pass(2_000);
  await closing;
  running.clear();
});

async function openOffice(name: string, options: OfficeOptions = {}): Promise<NodeOffice> {
  const clock = new VirtualClock();
  const began = Date.now();
  const date = () => new Date(began + clock.now());
  let kept: Promise<unknown> = Promise.resolve();
  const listen: WatchedStore['listen'] = (channel, { onGap, onPayload }) =>
    store.listen(channel, {
      onGap,
      onPayload: (payload) => {
        if (running.has(office)) onPayload(payload); // whoever sleeps hears nothing
      },
    });
  const cluster = openCluster({
    store: Object.create(store, { listen: { value: listen } }),
    clock,
    log: keepLog().log,
    metrics: createMetrics(),
    tenant,
    node: `${name}.${tenant}`,
    process: name,
    isGone: () => false,
    version: 'test',
    isAlone: false,
    limits: { node: 100, tenant: 100, total: 100_000 },
    date,
    settled: async () => void (await kept),
  });
  const keep: OfficeOptions['keep'] = (fact) => {
    kept = kept.then(() => held.store.apply([{ ...fact, tenant }]));
  };
  const office: NodeOffice = Object.assign(new Office({ ...options, clock, cluster, keep, date }), { cluster });
  offices.push(office);
  running.add(office);
  await Promise.all([office.runtime.prepare(), pass(200)]);
  settle.push(() => kept);
  return office;
}

const settle: (() => Promise<unknown>)[] = [];

/** Time passes for all that run, as long as the database has nothing to do. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await Promise.all(settle.map((kept) => kept()));
    await store.idle();
    for (const { clock } of running) await clock.advance(STEP_MS);
  }
  await store.idle();
}

async function until(isTrue: () => boolean, atMostMs = 60_000): Promise<void> {
  for (let passed = 0; passed < atMostMs && !isTrue(); passed += STEP_MS) await pass(STEP_MS);
  expect(isTrue()).toBe(true);
}

/** kill -9: nothing of it runs any more, and nobody is told. */
const kill = (office: NodeOffice): void => void running.delete(office);

async function asked<T>(question: Promise<T>): Promise<T> {
  let answer: { readonly value: T } | undefined;
  void question.then((value) => {
    answer = { value };
  });
  await until(() => answer !== undefined);
  return answer!.value;
}

const wasHeard = ({ journals }: Office, { callSid }: Line): boolean =>
  journals.get(callSid)?.entries.some(({ event }) => event.type === 'transcript-final') ?? false;

const turnsOf = (...nodes: readonly Office[]) =>
  nodes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === 'turn' ? [[fact.index, fact.text] as const] : [])),
  );

const tokenOf = (answer: { readonly type: string; readonly token?: string }) => {
  expect(answer.type).toBe('resume');
  return answer.token ?? '';
};

async function place(office: NodeOffice, steps: ConstructorParameters<typeof Line>[2], options = {}): Promise<Line> {
  const line = new Line(office, calls, steps, options);
  await pass(0);
  line.phone.start();
  return line;
}

describe('a call', () => {
  test('is announced to one node and served by another, which knows who calls', async () => {
    const [a, b] = [await openOffice('a'), await openOffice('b')];
    const line = await place(b, [waitForAgent, say(1_200), waitForAgent, hangUp], { announcedTo: a });
    await until(() => line.end !== undefined);
    expect(turnsOf(b)).toEqual([
      [0, GREETING],
      [1, FAKE_TRANSCRIPT],
      [2, ANSWER],
    ]);
    expect(b.journals.get(line.callSid)!.head).toMatchObject({ from: '+972501234567' });
    expect(b.journals.get(line.callSid)!.head).not.toHaveProperty('attempt');
    await pass(1_000);
    expect(await asked(afterStream(a, line)), 'the node that opened it is asked').toEqual({ type: 'done' });
  });

  test('whose node is killed goes on elsewhere, and remembers', async () => {
    const [a, b] = [await openOffice('a'), await openOffice('b')];
    const first = await place(a, [waitForAgent, say(1_200), waitForAgent, wait(60_000)]);
    await until(() => turnsOf(a).length === 3);
    kill(a);
    const token = tokenOf(await asked(afterStream(b, first)));
    const second = await place(b, [waitForAgent, hangUp], { resumes: { token, attempt: 2 } });
    await until(() => second.end !== undefined);
    expect(turnsOf(a, b)).toEqual([
      [0, GREETING],
      [1, FAKE_TRANSCRIPT],
      [2, ANSWER],
      [3, `${CUT_OFF} ${FAKE_REPLY[1]}`],
    ]);
    expect(b.facts.filter(({ type }) => type === 'stream-started')).toMatchObject([{ attempt: 2, fence: 2 }]);
  });

  test('whose node is killed over a question has it answered by another', async () => {
    const env = { KAV_FAKE_BRAIN_MS: '5000' };
    const [a, b] = [await openOffice('a', { env }), await openOffice('b')];
    const first = await place(a, [waitForAgent, say(1_200), wait(60_000)]);
    await until(() => a.facts.some((fact) => fact.type === 'heard'));
    await pass(100);
    kill(a);
    const token = tokenOf(await asked(afterStream(b, first)));
    const second = await place(b, [waitForAgent, hangUp], { resumes: { token, attempt: 2 } });
    await until(() => second.end !== undefined);
    expect(turnsOf(a, b)).toEqual([
      [0, GREETING],
      [1, FAKE_TRANSCRIPT],
      [2, `${CUT_OFF} ${ANSWER}`],
    ]);
  });

  test('may be connected again at the node that only announced it', async () => {
    const [a, b] = [await openOffice('a'), await openOffice('b')];
    const first = await place(b, [waitForAgent, wait(60_000)], { announcedTo: a });
    await until(() => turnsOf(b).length === 1);
    kill(b);
    const token = tokenOf(await asked(afterStream(a, first)));
    const second = await place(a, [waitForAgent, hangUp], { resumes: { token, attempt: 2 } });
    await until(() => second.end !== undefined);
    expect(turnsOf(a)).toEqual([[1, `${CUT_OFF} ${GREETING}`]]);
  });

  test('that Twilio says has lost its stream is let go of by its node, which answers for it', async () => {
    const [a, b] = [await openOffice('a'), await openOffice('b')];
    const first = await place(a, [waitForAgent, wait(60_000)]);
    await until(() => turnsOf(a).length === 1);
    const token = tokenOf(await asked(afterStream(b, first)));
    expect(a.desk.activeCalls).toBe(0);
    expect(a.facts.filter(({ type }) => type === 'call-ended')).toEqual([]);
    const second = await place(b, [waitForAgent, hangUp], { resumes: { token, attempt: 2 } });
    await until(() => second.end !== undefined);
    expect(turnsOf(b)).toEqual([[1, `${CUT_OFF} ${GREETING}`]]);
    await pass(500);
    expect(b.facts.filter(({ type }) => type === 'call-ended')).toHaveLength(1);
  });

  test('that two nodes are offered at once is served by one', async () => {
    const [a, b] = [await openOffice('a'), await openOffice('b')];
    const call = { callSid: `CA${String(calls).padStart(32, '0')}`, accountSid: ACCOUNT };
    const opened = await asked(a.desk.open({ ...call, from: '', to: '' }));
    const token = opened.type === 'accepted' ? opened.token : '';
    const closed: string[] = [];
    const streams = [a, b, a, b].map(async ({ desk }, i) => {
      const transport = { send: () => {}, close: () => void closed.push(`MZ${i}`), bufferedBytes: 0 };
      return desk.attach({ ...call, streamSid: `MZ${i}`, token }, transport);
    });
    await asked(Promise.all(streams));
    await pass(1_000);
    expect(a.desk.activeCalls + b.desk.activeCalls).toBe(1);
    const { rows } = await sql<{ stream_sid: string }>`select stream_sid from stream_claims
      where tenant = ${tenant}`.execute(held.store.db);
    expect(rows).toHaveLength(1);
    expect(closed).not.toContain(rows[0]!.stream_sid);
  });

  // After ten seconds without media its own session is given up first; before that, only the store can tell.
  test.each([30_000, 9_800])(
    'of a node that slept %i ms while another took it over is not acted for',
    async (sleptMs) => {
      let booked = 0;
      const booking: Brain = {
        name: 'planted',
        open: () => ({
          async *respond({ history, opening }) {
            if (opening) return;
            if (history.at(-1)?.who === 'tool') yield { type: 'text', text: 'It is booked.' };
            else yield { type: 'tool-call', id: `call_${history.length}`, name: 'book', arguments: '{}' };
          },
          close: async () => {},
        }),
        close: async () => {},
      };
      const book = tool({ description: 'Books.', input: z.object({}), run: () => ++booked });
      const options = { brain: () => booking, tools: { book } };
      const [a, b] = [await openOffice('a', options), await openOffice('b', options)];
      const first = await place(a, [waitForAgent, say(1_200), wait(60_000)]);
      // Asleep when the caller has just been heard, and before the tool that this leads to.
      await until(() => wasHeard(a, first));
      kill(a);
      expect(booked).toBe(0);
      const token = tokenOf(await asked(afterStream(b, first)));
      const second = await place(b, [waitForAgent, wait(60_000)], { resumes: { token, attempt: 2 } });
      await until(() => b.desk.activeCalls === 1);
      await pass(3_000);
      const before = booked;
      a.clock.stall(sleptMs);
      running.add(a);
      await until(() => a.desk.activeCalls === 0);
      await pass(2_000);
      expect(booked - before, 'by the sleeper').toBe(0);
      expect(a.facts.filter(({ type }) => type === 'call-ended' || type === 'tool-effect')).toEqual([]);
      expect([b.desk.activeCalls, second.end]).toEqual([1, undefined]);
    },
  );
});
