/**
 * What every brain promises, whoever thinks in it. Fakes, flows and vendors' adapters run the same suite: one
 * `brainConformance(…)` line in a test file beside the adapter.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Brain, BrainEvent, BrainRequest, BrainSession, HistoryTurn, ToolDescription } from '../contracts.ts';
import { type Advance, hostileTexts, settle } from './settle.ts';

export interface BrainConformanceOptions {
  /** Moves the clock that the brain was made with; without it the brain is expected to need no clock. */
  readonly advance?: Advance;
  /** False for a brain whose words differ from run to run. Default true. */
  readonly deterministic?: boolean;
  /** BCP 47 of the calls; `en-US` when left out. */
  readonly language?: string;
}

const KINDS = ['yes-no', 'choice', 'digits', 'phone', 'date', 'time', 'name', 'number', 'open'];

const hello: readonly HistoryTurn[] = [
  { who: 'agent', text: 'Good morning, how can I help you?' },
  { who: 'caller', text: 'hello' },
];

const longer: readonly HistoryTurn[] = [
  { who: 'agent', text: 'Good morning, how can I help', interrupted: true },
  { who: 'caller', text: 'hello I would like an appointment' },
];

/** A brain that was in charge before asked for these. */
const withTools: readonly HistoryTurn[] = [
  ...hello,
  {
    who: 'tool',
    exchanges: [
      { id: 'a', name: 'find_day', arguments: '{"week":2}', result: '{"day":"monday"}' },
      { id: 'b', name: 'find_day', arguments: '{"week', result: 'The arguments are no JSON.', failed: true },
    ],
  },
];

const tools: readonly ToolDescription[] = [
  { name: 'find_day', description: 'Finds a free day.', parameters: { type: 'object', properties: {} } },
];

export function brainConformance(name: string, make: () => Brain, options: BrainConformanceOptions = {}): void {
  const language = options.language ?? 'en-US';
  const within = <T>(work: Promise<T>): Promise<T> => settle(work, options.advance);
  const brains: Brain[] = [];

  const openBrain = (): Brain => {
    const brain = make();
    brains.push(brain);
    return brain;
  };
  const openSession = (brain = openBrain()): BrainSession =>
    brain.open({ callSid: 'CA00', language, instructions: 'Help the caller.', tools });
  const respond = (session: BrainSession, request: Partial<BrainRequest> = {}): Promise<BrainEvent[]> =>
    within(collect(session.respond({ reply: 1, opening: false, history: hello, ...request }, neverAborted())));

  afterEach(async () => {
    for (const brain of brains.splice(0)) await within(brain.close());
  });

  describe(`brain contract: ${name}`, () => {
    test('has a name', () => {
      expect(openBrain().name).toMatch(/\S/);
    });

    test('answers a caller turn with something to say, in well-formed events', async () => {
      const events = await respond(openSession());
      for (const event of events) assertWellFormed(event);
      expect(spoken(events)).toMatch(/[\p{L}\p{N}]/u);
      const usage = events.findIndex(({ type }) => type === 'usage');
      if (usage >= 0) expect(usage).toBe(events.length - 1);
    });

    test('goes on after tools, also those of another brain, and without any more of them', async () => {
      for (const history of [withTools, [...withTools, { who: 'caller', text: 'and then?' } as const]]) {
        const events = await respond(openSession(), { history, toolsAllowed: false });
        for (const event of events) assertWellFormed(event);
        expect(spoken(events)).toMatch(/[\p{L}\p{N}]/u);
        expect(events.filter(({ type }) => type === 'tool-call')).toEqual([]);
      }
    });

    test('takes a summary for the first turns', async () => {
      const history = [...longer, ...longer];
      const events = await respond(openSession(), {
        history,
        summary: { text: 'The caller asks for a day.', turns: 2 },
      });
      for (const event of events) assertWellFormed(event);
      expect(spoken(events)).toMatch(/[\p{L}\p{N}]/u);
    });

    test('summarises, if it does, in words, and not when cancelled', async () => {
      const session = openSession();
      if (!session.summarize) return;
      expect(await within(session.summarize(withTools, neverAborted()))).toMatch(/[\p{L}\p{N}]/u);
      const reason = new Error('cancelled before the start');
      await expect(within(session.summarize(withTools, AbortSignal.abort(reason)))).rejects.toBe(reason);
    });

    test('opens, or keeps silent, before the caller has spoken', async () => {
      const greeting: HistoryTurn[] = [{ who: 'agent', text: 'Good morning.' }];
      for (const history of [[], greeting]) {
        const events = await respond(openSession(), { opening: true, history });
        for (const event of events) assertWellFormed(event);
      }
    });

    test.runIf(options.deterministic ?? true)('derives everything from the history', async () => {
      const brain = openBrain();
      const session = openSession(brain);
      const first = await respond(session);
      await respond(session, { reply: 2, history: longer });
      const again = await respond(session, { reply: 3 });
      const elsewhere = await respond(openSession(brain), { reply: 9 });
      expect(again).toEqual(first);
      expect(elsewhere).toEqual(first);
    });

    test('leaves the request as it was', async () => {
      const history = Object.freeze(hello.map((turn) => Object.freeze({ ...turn })));
      const request: BrainRequest = Object.freeze({ reply: 1, opening: false, history });
      await within(collect(openSession().respond(request, neverAborted())));
      expect(request).toEqual({ reply: 1, opening: false, history: hello });
    });

    test('says nothing for a request that is already cancelled', async () => {
      const reason = new Error('cancelled before the start');
      const events: BrainEvent[] = [];
      const request = { reply: 1, opening: false, history: hello };
      const work = within(collect(openSession().respond(request, AbortSignal.abort(reason)), events));
      await expect(work).rejects.toBe(reason);
      expect(events).toEqual([]);
    });

    test('yields nothing after a cancellation, and throws its reason', async () => {
      const session = openSession();
      const total = (await respond(session)).length;
      const abort = new AbortController();
      const reason = new Error('the caller took the floor');
      const stream = session
        .respond({ reply: 2, opening: false, history: hello }, abort.signal)
        [Symbol.asyncIterator]();
      expect((await within(stream.next())).done).toBe(false);
      abort.abort(reason);
      const next = within(stream.next());
      if (total > 1) await expect(next).rejects.toBe(reason);
      else expect(await next.catch((thrown: unknown) => thrown)).toSatisfy(isReasonOrEnd(reason));
    });

    test('a cancelled request asked again with more words is answered in full', async () => {
      const session = openSession();
      const abort = new AbortController();
      const stream = session
        .respond({ reply: 1, opening: false, history: hello }, abort.signal)
        [Symbol.asyncIterator]();
      await within(stream.next());
      abort.abort();
      await within(Promise.allSettled([stream.next()]));
      const events = await respond(session, { reply: 2, history: longer });
      expect(spoken(events)).toMatch(/[\p{L}\p{N}]/u);
      if (options.deterministic ?? true) {
        expect(events).toEqual(await respond(openSession(), { reply: 1, history: longer }));
      }
    });

    test('a listener that leaves early holds nothing up', async () => {
      const session = openSession();
      const stream = session
        .respond({ reply: 1, opening: false, history: hello }, neverAborted())
        [Symbol.asyncIterator]();
      await within(stream.next());
      await within(Promise.resolve(stream.return?.(undefined)));
      expect((await respond(session, { reply: 2 })).length).toBeGreaterThan(0);
    });

    test.each(hostileTexts)('survives a caller who says %j', async (_label, text) => {
      const history: HistoryTurn[] = [...hello, { who: 'agent', text: '' }, { who: 'caller', text }];
      for (const event of await respond(openSession(), { history })) assertWellFormed(event);
    });

    test('closes twice, and never hangs afterwards', async () => {
      const brain = openBrain();
      const session = openSession(brain);
      await within(Promise.all([session.close(), session.close()]));
      await within(session.close());
      const late = session.respond({ reply: 1, opening: false, history: hello }, neverAborted());
      await within(Promise.allSettled([collect(late)]));
      await within(Promise.all([brain.close(), brain.close()]));
      await within(brain.close());
    });
  });
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

async function collect(stream: AsyncIterable<BrainEvent>, into: BrainEvent[] = []): Promise<BrainEvent[]> {
  for await (const event of stream) into.push(event);
  return into;
}

function spoken(events: readonly BrainEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

function isReasonOrEnd(reason: Error): (result: unknown) => boolean {
  return (result) => result === reason || (result as IteratorResult<BrainEvent>).done === true;
}

function assertWellFormed(event: BrainEvent): void {
  switch (event.type) {
    case 'text':
      expect(event.text).not.toBe('');
      return;
    case 'expect':
      expect(KINDS).toContain(event.expectation.kind);
      for (const phrase of event.expectation.phrases ?? []) expect(phrase).toBe(phrase.toLowerCase());
      return;
    case 'outcome':
      expect(['completed', 'abandoned']).toContain(event.outcome.status);
      for (const value of Object.values(event.outcome.slots)) expect(value).toBeTypeOf('string');
      return;
    case 'tool-call':
      expect(event.id).not.toBe('');
      expect(event.name).toMatch(/^\w{1,64}$/);
      expect(event.arguments).toBeTypeOf('string');
      return;
    case 'usage':
      expect(event.inputTokens).toBeGreaterThanOrEqual(0);
      expect(event.outputTokens).toBeGreaterThanOrEqual(0);
      return;
    case 'hang-up':
    case 'retract':
      return;
    default:
      expect.unreachable(`unknown brain event ${JSON.stringify(event)}`);
  }
}
