/**
 * What every brain over a model promises beyond `brainConformance`: tools, the end of the call, summaries, faults of the
 * vendor, and requests that are really cancelled. Runs against the vendor's loopback server.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { Brain, BrainEvent, BrainRequest, HistoryTurn, Opener, ToolDescription, ToolTurn } from '../contracts.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import type { LoopbackRequest, ModelAnswer, ModelLoopback, ModelLoopbackOptions } from '../model/loopback.ts';
import { END_CALL } from '../model/prompt.ts';

export interface ModelRig {
  readonly openBrain: Opener<Brain>;
  readonly openLoopback: (options: ModelLoopbackOptions) => Promise<ModelLoopback>;
  /** After how many of the loopback's messages the tool call `find_flat {"city":"Haifa"}` is whole. */
  readonly wholeCallAfter: number;
}

const SAVE_LEAD: ToolDescription = {
  name: 'save_lead',
  description: 'Keeps a lead.',
  parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
};
const FIND_FLAT: ToolDescription = {
  name: 'find_flat',
  description: 'Finds flats.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const SPOKEN: ModelAnswer = { text: 'Of course. Which day would you like to come and see it?' };
const SECRET_WORDS = 'my code is walrus seven';

const caller = (text: string): HistoryTurn => ({ who: 'caller', text });
const agent = (text: string): HistoryTurn => ({ who: 'agent', text });
const asked = [agent('Good morning.'), caller(SECRET_WORDS)];

export function modelBrainConformance(name: string, { openBrain, openLoopback, wholeCallAfter }: ModelRig): void {
  const cleanUps: (() => Promise<void>)[] = [];

  async function open(answer: (request: LoopbackRequest) => ModelAnswer, fault?: Misbehaviour) {
    const loopback = await openLoopback({ answer, ...(fault ? { behave: () => fault } : {}) });
    const clock = new VirtualClock();
    const brain = await brainFor(loopback.env, clock);
    cleanUps.push(
      () => brain.close(),
      () => loopback.close(),
    );
    const session = brain.open({
      callSid: 'CA00',
      language: 'he-IL',
      instructions: 'Sell flats.',
      tools: [SAVE_LEAD, FIND_FLAT],
    });
    const stream = (request: Partial<BrainRequest> = {}, signal = new AbortController().signal) =>
      session.respond({ reply: 1, opening: false, history: asked, ...request }, signal)[Symbol.asyncIterator]();
    const respond = (request: Partial<BrainRequest> = {}) => collect(stream(request));
    return { loopback, clock, brain, session, stream, respond };
  }

  async function brainFor(env: Readonly<Record<string, string>>, clock = new VirtualClock()): Promise<Brain> {
    const offer = await openBrain({ clock, env, warn: () => {} });
    if (!offer.ok) throw new Error(offer.reason);
    return offer.provider;
  }

  const failure = async (work: Promise<unknown>): Promise<ProviderError> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProviderError);
    expect(String((error as Error).stack)).not.toContain('walrus');
    expect(String((error as Error).cause)).not.toContain('walrus');
    return error as ProviderError;
  };

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  describe(`model contract: ${name}`, () => {
    test('speaks as the words come, and tells the price at the end', async () => {
      const { respond, loopback } = await open(() => SPOKEN);
      const events = await respond();
      expect(spoken(events)).toBe(SPOKEN.text);
      expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(3);
      expect(events.at(-1)).toEqual({
        type: 'usage',
        inputTokens: expect.any(Number),
        outputTokens: expect.any(Number),
      });
      expect(loopback.seen[0]).toMatchObject({ lastUserText: SECRET_WORDS, turn: 1, toolResults: [] });
    });

    test('asks for tools, and answers with their results', async () => {
      const { respond, loopback } = await open(({ toolResults }) =>
        toolResults.length > 0
          ? { text: `I have it: ${toolResults.join(' and ')}` }
          : {
              text: 'One moment.',
              toolCalls: [
                { name: 'save_lead', arguments: { name: 'דנה', nested: { a: [1, '"'] } } },
                { name: 'find_flat', arguments: {} },
              ],
            },
      );
      const first = await respond();
      expect(spoken(first)).toBe('One moment.');
      const calls = first.filter((event) => event.type === 'tool-call');
      expect(calls.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([
        ['save_lead', { name: 'דנה', nested: { a: [1, '"'] } }],
        ['find_flat', {}],
      ]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
      const exchanges = calls.map(({ type: _, ...call }, i) => ({ ...call, result: `{"place":${i}}` }));
      const second = await respond({ history: [...asked, agent('One moment.'), { who: 'tool', exchanges }] });
      expect(spoken(second)).toBe('I have it: {"place":0} and {"place":1}');
      expect(loopback.seen[1]).toMatchObject({
        lastUserText: SECRET_WORDS,
        toolResults: ['{"place":0}', '{"place":1}'],
      });
    });

    test('takes over the tools of another model, whatever their ids and arguments look like', async () => {
      const { respond, loopback } = await open(({ toolResults }) => ({ text: `got ${toolResults.join()}` }));
      const foreign: ToolTurn = {
        who: 'tool',
        exchanges: [
          { id: 'toolu/é:1', name: 'save_lead', arguments: '{"name": ', result: 'bad arguments', failed: true },
          { id: 'toolu/é:1', name: 'find_flat', arguments: '"text"', result: '' },
        ],
      };
      expect(spoken(await respond({ history: [...asked, foreign] }))).toBe('got bad arguments,');
      await respond({ history: [...asked, foreign, caller('and now?')] });
      expect(loopback.seen[1]).toMatchObject({ lastUserText: 'and now?', toolResults: [] });
    });

    test('ends the call by its own tool, with words and without', async () => {
      const end = { name: END_CALL.name, arguments: {} };
      const { respond } = await open(({ lastUserText }) =>
        lastUserText === 'bye' ? { text: 'Goodbye.', toolCalls: [end] } : { toolCalls: [end] },
      );
      expect(types(await respond())).toEqual(['hang-up', 'usage']);
      const events = await respond({ history: [caller('bye')] });
      expect(spoken(events)).toBe('Goodbye.');
      expect(types(events).filter((type) => type !== 'text')).toEqual(['hang-up', 'usage']);
    });

    test('offers its tools, unless they are used up', async () => {
      const { respond, loopback } = await open(() => SPOKEN);
      await respond();
      await respond({ toolsAllowed: false });
      expect(loopback.seen.map(({ toolsOffered }) => toolsOffered)).toEqual([
        ['save_lead', 'find_flat', END_CALL.name],
        [],
      ]);
    });

    test('sends the summary in place of what it stands for', async () => {
      const { respond, loopback } = await open(() => SPOKEN);
      const history = [caller('an early word'), agent('an early answer'), agent('Yes?'), caller('a late word')];
      await respond({ history, summary: { text: 'Dana wants a flat.', turns: 2 } });
      const body = JSON.stringify(loopback.seen[0]?.body);
      expect(body).toContain('Dana wants a flat.');
      expect(body).toContain('a late word');
      expect(body).not.toContain('early');
      expect(body).toContain('Sell flats.');
      expect(body).toContain('Hebrew');
    });

    test('summarises, without tools', async () => {
      const { session, loopback } = await open(() => ({ text: ' Dana called about a flat. ' }));
      const signal = new AbortController().signal;
      expect(await session.summarize?.(asked, signal)).toBe('Dana called about a flat.');
      expect(loopback.seen[0]?.toolsOffered).toEqual([]);
      expect(loopback.seen[0]?.lastUserText).toContain(SECRET_WORDS);
    });

    test('asks nothing when it opens: the greeting has been spoken', async () => {
      const { respond, loopback } = await open(() => SPOKEN);
      expect(await respond({ opening: true, history: [] })).toEqual([]);
      expect(loopback.requests).toBe(0);
    });

    test('uses one connection for one request after another', async () => {
      const { respond, loopback } = await open(() => SPOKEN);
      for (let i = 0; i < 5; i++) await respond();
      expect(loopback.connections).toBeLessThanOrEqual(2);
    });

    test.each([
      [400, 'provider-failed', false],
      [401, 'provider-misconfigured', false],
      [403, 'provider-misconfigured', false],
      [404, 'provider-failed', false],
      [429, 'provider-failed', true],
      [500, 'provider-failed', true],
      [503, 'provider-failed', true],
    ])('HTTP %i', async (status, code, retryable) => {
      const { respond, loopback } = await open(() => SPOKEN, { kind: 'status', status, retryAfterSeconds: 7 });
      expect(await failure(respond())).toMatchObject({ code, retryable, status, retryAfterMs: 7_000 });
      expect(loopback.requests).toBe(1);
    });

    test('a server that is not there', async () => {
      const { loopback } = await open(() => SPOKEN);
      await loopback.close();
      const brain = await brainFor(loopback.env);
      const session = brain.open({ callSid: 'CA00', language: 'en-US' });
      const request = { reply: 1, opening: false, history: asked };
      const error = await failure(collect(session.respond(request, new AbortController().signal)));
      expect(error).toMatchObject({ code: 'provider-unavailable', retryable: true });
      expect(error.message).toContain('ECONNREFUSED');
      await brain.close();
    });

    test('a wrong key', async () => {
      const { loopback } = await open(() => SPOKEN);
      const env = Object.fromEntries(
        Object.entries(loopback.env).map(([key, value]) => [key, key.endsWith('KEY') ? 'wrong-key' : value]),
      );
      const brain = await brainFor(env);
      const session = brain.open({ callSid: 'CA00', language: 'en-US' });
      const request = { reply: 1, opening: false, history: asked };
      const error = await failure(collect(session.respond(request, new AbortController().signal)));
      expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false, status: 401 });
      expect(error.message).not.toContain('wrong-key');
      await brain.close();
    });

    test.each<[Misbehaviour, object]>([
      [{ kind: 'empty-answer' }, { code: 'provider-failed', retryable: true }],
      [
        { kind: 'garbage', after: 0 },
        { code: 'provider-failed', retryable: true },
      ],
      [
        { kind: 'garbage', after: 4 },
        { code: 'provider-failed', retryable: true },
      ],
      [
        { kind: 'cut', after: 0 },
        { code: 'provider-unavailable', retryable: true },
      ],
      [
        { kind: 'cut', after: 4 },
        { code: 'provider-unavailable', retryable: true },
      ],
    ])('%j', async (fault, error) => {
      const { respond, loopback } = await open(() => SPOKEN, fault);
      expect(await failure(respond())).toMatchObject(error);
      await vi.waitFor(() => expect(loopback.open).toBe(0));
    });

    test('no tool is asked for by an answer that breaks after it', async () => {
      const { stream, loopback } = await open(
        () => ({ toolCalls: [{ name: 'find_flat', arguments: { city: 'Haifa' } }] }),
        { kind: 'cut', after: wholeCallAfter },
      );
      const events: BrainEvent[] = [];
      await failure(collect(stream(), events));
      expect(events).toEqual([]);
      expect(loopback.requests).toBe(1);
    });

    test('arguments that are no JSON are handed on as they are, or are an error', async () => {
      const { respond } = await open(() => SPOKEN, { kind: 'broken-tool-call' });
      const outcome = await respond().catch((error: unknown) => error);
      if (outcome instanceof ProviderError) expect(outcome.retryable).toBe(true);
      else expect(outcome).toContainEqual(expect.objectContaining({ type: 'tool-call', name: 'save_lead' }));
    });

    test('silence before the first word', async () => {
      const { stream, loopback, clock } = await open(() => SPOKEN, { kind: 'mute' });
      const error = failure(stream().next());
      await vi.waitFor(() => expect(loopback.open).toBe(1));
      await clock.advance(3_000);
      expect(await error).toMatchObject({ code: 'provider-timeout', retryable: true });
      await vi.waitFor(() => expect(loopback).toMatchObject({ open: 0, givenUp: 1 }));
      expect(clock.alarms).toBe(0);
    });

    test('silence in the middle of a sentence', async () => {
      const { stream, loopback, clock } = await open(() => SPOKEN, { kind: 'stall', after: 5 });
      const words = stream();
      expect(await words.next()).toMatchObject({ value: { type: 'text' } });
      const rest = failure(collect(words));
      await vi.waitFor(async () => {
        await clock.advance(500);
        expect(loopback.open).toBe(0);
      });
      expect(await rest).toMatchObject({ code: 'provider-timeout' });
      expect(clock.now()).toBeGreaterThanOrEqual(2_000);
    });

    test('a listener may take its time', async () => {
      const { stream, clock } = await open(() => SPOKEN);
      const words = stream();
      const events: BrainEvent[] = [];
      for (let next = await words.next(); !next.done; next = await words.next()) {
        events.push(next.value);
        await clock.advance(2_500);
      }
      expect(spoken(events)).toBe(SPOKEN.text);
    });

    test('an abort cancels the request on the wire', async () => {
      const { stream, loopback } = await open(() => SPOKEN, { kind: 'stall', after: 5 });
      const abort = new AbortController();
      const words = stream({}, abort.signal);
      await words.next();
      const reason = new Error('the caller took the floor');
      const rest = collect(words);
      abort.abort(reason);
      await expect(rest).rejects.toBe(reason);
      await vi.waitFor(() => expect(loopback).toMatchObject({ open: 0, givenUp: 1 }));
    });

    test('an abort before the first word does so too', async () => {
      const { stream, loopback, session } = await open(() => SPOKEN, { kind: 'mute' });
      const abort = new AbortController();
      const reason = new Error('the caller took the floor');
      const first = stream({}, abort.signal).next();
      const summary = session.summarize?.(asked, abort.signal);
      await vi.waitFor(() => expect(loopback.open).toBe(2));
      abort.abort(reason);
      await expect(first).rejects.toBe(reason);
      await expect(summary).rejects.toBe(reason);
      await vi.waitFor(() => expect(loopback).toMatchObject({ open: 0, givenUp: 2 }));
    });

    test('a listener that leaves, a session or a brain that closes cancels it as well', async () => {
      const { stream, loopback, session, brain } = await open(() => SPOKEN, { kind: 'stall', after: 5 });
      const left = stream();
      await left.next();
      await left.return?.(undefined);
      await vi.waitFor(() => expect(loopback).toMatchObject({ open: 0, givenUp: 1 }));

      const closed = stream();
      await closed.next();
      const rest = collect(closed).catch((error: unknown) => error);
      await session.close();
      expect(await rest).toMatchObject({ name: 'AbortError' });

      const other = brain.open({ callSid: 'CA01', language: 'en-US' });
      const request = { reply: 1, opening: false, history: asked };
      const last = collect(other.respond(request, new AbortController().signal)).catch((error: unknown) => error);
      await vi.waitFor(() => expect(loopback.requests).toBe(3));
      await brain.close();
      expect(await last).toMatchObject({ name: 'AbortError' });
      await vi.waitFor(() => expect(loopback).toMatchObject({ open: 0, givenUp: 3 }));
    });
  });
}

async function collect(
  stream: AsyncIterator<BrainEvent> | AsyncIterable<BrainEvent>,
  into: BrainEvent[] = [],
): Promise<BrainEvent[]> {
  const iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) into.push(next.value);
  return into;
}

const types = (events: readonly BrainEvent[]): string[] => events.map(({ type }) => type);

const spoken = (events: readonly BrainEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
