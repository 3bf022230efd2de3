import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tool } from '../../src/call/tool.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import type { Brain } from '../../src/providers/contracts.ts';
import { FAKE_REPLY } from '../../src/providers/fake/brain.ts';
import { FAKE_TRANSCRIPT } from '../../src/providers/fake/speech-to-text.ts';
import { flowBrain } from '../../src/providers/flow/brain.ts';
import { flow } from '../../src/providers/flow/flow.ts';
import { createScripted } from '../../src/providers/scripted/client.ts';
import type { CallerStep } from '../../src/simulator/caller.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { afterStream, hangUp, Line, Office, type OfficeOptions, run, say, wait, waitForAgent } from './whole-call.ts';

const CUT_OFF = 'We were cut off for a moment.';

/** A call that loses its stream `cutAtMs` after its beginning, and what Twilio is told. */
async function lostCall(steps: readonly CallerStep[], cutAtMs: number, options: OfficeOptions = {}) {
  const office = new Office(options);
  await office.runtime.prepare();
  const line = new Line(office, 1, steps);
  line.phone.start();
  await office.clock.advance(cutAtMs);
  line.cut();
  await office.clock.advance(200);
  return { office, line, answer: await afterStream(office, line) };
}

async function resumed(office: Office, token: string, attempt: number, steps: readonly CallerStep[]): Promise<Line> {
  const line = new Line(office, 1, steps, { resumes: { token, attempt } });
  line.phone.start();
  return line;
}

const turnsOf = (office: Office) =>
  office.facts.flatMap((fact) => (fact.type === 'turn' ? [[fact.index, fact.who, fact.text] as const] : []));

describe('a call whose stream is lost', () => {
  test('is connected again, greets nobody twice, and asks its last question once more', async () => {
    const { answer, office } = await lostCall([waitForAgent, wait(60_000)], 3_000);
    expect(answer).toMatchObject({ type: 'resume' });
    const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [
      waitForAgent,
      say(1_200),
      waitForAgent,
      hangUp,
    ]);
    await run(office, [line]);
    expect(line.end).toBe('caller');
    expect(turnsOf(office)).toEqual([
      [0, 'agent', 'Good morning, this is the test office.'],
      [1, 'agent', `${CUT_OFF} Good morning, this is the test office.`],
      [2, 'caller', FAKE_TRANSCRIPT],
      [3, 'agent', FAKE_REPLY.join('').trim()],
    ]);
    const streams = office.facts.filter(({ type }) => type === 'stream-started');
    expect(streams).toMatchObject([
      { attempt: 1, fence: 1 },
      { attempt: 2, fence: 2 },
    ]);
    expect(office.facts.filter(({ type }) => type === 'call-ended')).toHaveLength(1);
  });

  test('with a question that nobody has answered, answers it now', async () => {
    const steps = [waitForAgent, say(1_200), wait(60_000)];
    const { answer, office } = await lostCall(steps, 5_500, { env: { KAV_FAKE_BRAIN_MS: '1500' } });
    const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [waitForAgent, hangUp]);
    await run(office, [line]);
    expect(turnsOf(office)).toEqual([
      [0, 'agent', 'Good morning, this is the test office.'],
      [1, 'caller', FAKE_TRANSCRIPT],
      [2, 'agent', `${CUT_OFF} ${FAKE_REPLY.join('').trim()}`],
    ]);
  });

  test('in the middle of an answer, says again what was not heard to its end', async () => {
    const { answer, office } = await lostCall([waitForAgent, say(1_200), wait(60_000)], 7_500);
    const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [waitForAgent, hangUp]);
    await run(office, [line]);
    const [, , cut, again] = turnsOf(office).map(([, , text]) => text);
    expect(cut).toMatch(/^Thank you for calling. We/);
    expect(again).toBe(`${CUT_OFF} ${FAKE_REPLY[1]}`);
  });

  test('twice may be, and hears an apology the third time', async () => {
    const { answer, office } = await lostCall([wait(60_000)], 3_000);
    let told = answer;
    for (const attempt of [2, 3]) {
      const line = await resumed(office, told.type === 'resume' ? told.token : '', attempt, [wait(60_000)]);
      await office.clock.advance(3_000);
      line.cut();
      await office.clock.advance(200);
      told = await afterStream(office, line);
    }
    expect(told).toMatchObject({ type: 'apologise' });
    expect(office.facts.filter(({ type }) => type === 'stream-started')).toHaveLength(3);
    expect(office.facts.filter(({ type }) => type === 'call-ended')).toHaveLength(1);
  });

  test('is not connected again when the caller has hung up meanwhile', async () => {
    const { office, line } = await lostCall([wait(60_000)], 3_000);
    const ended = { callSid: line.callSid, accountSid: `AC${'0'.repeat(32)}`, callStatus: 'completed', request: '' };
    expect(await office.desk.afterStream(ended)).toEqual({ type: 'done' });
  });

  test('gets the same answer when Twilio asks the same again, and its old token is worth nothing', async () => {
    const { office, line } = await lostCall([wait(60_000)], 3_000);
    const asked = {
      callSid: line.callSid,
      accountSid: `AC${'0'.repeat(32)}`,
      callStatus: 'in-progress',
      request: 'r1',
    };
    const [first, second] = [await office.desk.afterStream(asked), await office.desk.afterStream(asked)];
    expect(first).toMatchObject({ type: 'resume' });
    expect(second).toEqual(first);
    const token = first.type === 'resume' ? first.token : '';
    const start = { streamSid: 'MZ9', callSid: line.callSid, accountSid: asked.accountSid, token };
    const transport = { send: () => {}, close: () => {}, bufferedBytes: 0 };
    expect(office.desk.attach(start, transport)).toMatchObject({ type: 'attached' });
    expect(office.desk.attach(start, transport)).toEqual({ type: 'refused', reason: 'token-used' });
    await office.desk.close();
  });

  test('remembers what its tools have done, and the time that it has spent', async () => {
    let runs = 0;
    const seen: string[][] = [];
    const booking: Brain = {
      name: 'planted',
      open: () => ({
        async *respond({ history, opening }) {
          if (opening) return;
          seen.push(history.map(({ who }) => who));
          if (history.some(({ who }) => who === 'tool')) {
            yield { type: 'text', text: 'It is booked, and this sentence goes on for quite a while, as sentences do.' };
            return;
          }
          yield { type: 'tool-call', id: 'call_0', name: 'book', arguments: '{}' };
        },
        close: async () => {},
      }),
      close: async () => {},
    };
    const book = tool({ description: 'Books.', input: z.object({}), run: () => ++runs });
    const options = { brain: () => booking, tools: { book }, settings: { maxCallMs: 20_000 } };
    const { answer, office } = await lostCall([waitForAgent, say(1_200), wait(60_000)], 8_000, options);
    const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [
      waitForAgent,
      say(1_200),
      wait(60_000),
    ]);
    await run(office, [line]);
    expect(runs).toBe(1);
    expect(seen.at(-1)).toContain('tool');
    expect(line.closedWith).toMatchObject({ reason: 'time-limit' });
    expect(line.phone.stats.framesSent * 20, 'of 20 s, eight were spent').toBeLessThan(20_000);
    const effects = office.facts.filter(({ type }) => type === 'tool-effect');
    expect(effects).toMatchObject([{ index: 0, id: 'call_0', name: 'book', result: '1' }]);
  });

  test('replays from the journal of its second stream alone', async () => {
    const { replayJournal } = await import('../../src/call/journal.ts');
    const { answer, office } = await lostCall([waitForAgent, wait(60_000)], 3_000);
    const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [waitForAgent, hangUp]);
    await run(office, [line]);
    const journal = office.journals.get(line.callSid)!;
    expect(journal.head).toMatchObject({ attempt: 2 });
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
  });
});

describe('a call that is handed over', () => {
  async function handedOver(steps: readonly CallerStep[], atMs: number, withinMs = 10_000) {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, steps);
    line.phone.start();
    await office.clock.advance(atMs);
    const gone = office.desk.handOver(withinMs);
    const from = office.clock.now();
    while (line.end === undefined && office.clock.now() < from + 30_000) await office.clock.advance(20);
    await office.clock.advance(2_000);
    await gone;
    return { office, line, answer: await afterStream(office, line), tookMs: office.clock.now() - from - 2_000 };
  }

  test('goes at once when nobody speaks, without a word', async () => {
    const { answer, line, office, tookMs } = await handedOver([waitForAgent, wait(60_000)], 4_500);
    expect(line.closedWith).toEqual({ code: 1000, reason: 'handed-over' });
    expect(answer.type).toBe('resume');
    expect(tookMs).toBeLessThan(200);
    expect(line.caller.ear.spans, 'the greeting alone').toHaveLength(1);
    expect(office.facts.filter(({ type }) => type === 'call-ended')).toEqual([]);
  });

  test('says its sentence and answers its question first', async () => {
    const { office, line } = await handedOver([waitForAgent, say(1_500), wait(60_000)], 3_800);
    expect(line.closedWith?.reason).toBe('handed-over');
    expect(turnsOf(office).map(([, who, text]) => `${who}: ${text}`)).toEqual([
      'agent: Good morning, this is the test office.',
      `caller: ${FAKE_TRANSCRIPT}`,
      `agent: ${FAKE_REPLY.join('').trim()}`,
    ]);
  });

  test('is cut at the last moment, and the other node says what was not heard', async () => {
    const { answer, line, office } = await handedOver([waitForAgent, say(1_500), wait(60_000)], 6_500, 1_000);
    expect(line.closedWith?.reason).toBe('handed-over');
    const next = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [waitForAgent, hangUp]);
    await run(office, [next]);
    expect(turnsOf(office).at(-1)?.[2]).toContain(FAKE_REPLY[1]);
  });
});

const twoQuestions = flow({
  name: 'order',
  language: 'en-US',
  opening: 'What would you like: tea or coffee?',
  questions: [
    { slot: 'drink', kind: 'choice', ask: 'Tea or coffee?', options: [{ value: 'tea' }, { value: 'coffee' }] },
    { slot: 'day', kind: 'date', ask: 'For which day?' },
  ],
  closing: 'Goodbye.',
});

test('a flow goes on with the question that it had reached', async () => {
  const options = {
    brain: () => flowBrain(twoQuestions),
    stt: (clock: VirtualClock) => createScripted(testContext(clock), { lines: ['tea please'] }),
  };
  const { answer, office } = await lostCall([waitForAgent, say(1_200), waitForAgent, wait(60_000)], 12_000, options);
  const line = await resumed(office, answer.type === 'resume' ? answer.token : '', 2, [waitForAgent, hangUp]);
  await run(office, [line]);
  expect(turnsOf(office).map(([, who, text]) => `${who}: ${text}`)).toEqual([
    'agent: Good morning, this is the test office. What would you like: tea or coffee?',
    'caller: tea please',
    'agent: For which day?',
    `agent: ${CUT_OFF} For which day?`,
  ]);
});
