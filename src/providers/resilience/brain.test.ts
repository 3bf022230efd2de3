import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { brainConformance } from '../conformance/brain.ts';
import { settle } from '../conformance/settle.ts';
import type { BrainEvent } from '../contracts.ts';
import { createFakeBrain } from '../fake/brain.ts';
import { flowBrain } from '../flow/brain.ts';
import { flow } from '../flow/flow.ts';
import {
  type BrainStep,
  call,
  FOREVER,
  GOOD,
  hello,
  neverAborted,
  newsOf,
  openChain,
  RETRACT,
  reply,
  ScriptedBrain,
  spokenOf,
  text,
} from './brain.fixture.ts';
import { createResilientBrain } from './brain.ts';
import { ProviderHealth } from './health.ts';

describe('conformance', () => {
  const visit = flow({
    name: 'visit',
    language: 'en-US',
    questions: [{ slot: 'day', kind: 'date', ask: 'Which day?' }],
  });
  const make = (before: readonly BrainStep[] | undefined, last: 'fake' | 'flow', env = {}) => {
    const clock = new VirtualClock();
    const provider = last === 'fake' ? createFakeBrain({ clock, env, warn: () => {} }) : flowBrain(visit);
    return {
      advance: (ms: number) => clock.advance(ms),
      create: () => {
        const health = new ProviderHealth({ clock, onNews: () => {} });
        const failing = before ? [new ScriptedBrain({ clock, name: 'failing', answer: () => before })] : [];
        return createResilientBrain([...failing, provider], { clock, health, onNews: () => {} });
      },
    };
  };
  const chains: readonly [string, ReturnType<typeof make>][] = [
    ['fake', make(undefined, 'fake')],
    ['slow fake', make(undefined, 'fake', { KAV_FAKE_BRAIN_MS: '700' })],
    ['fake so slow that it is hedged', make(undefined, 'fake', { KAV_FAKE_BRAIN_MS: '2000' })],
    ['failing, fake', make(['provider-failed'], 'fake')],
    ['stalling, fake', make([text('We are '), FOREVER], 'fake')],
    ['failing, flow', make(['provider-failed'], 'flow')],
    ['flow', make(undefined, 'flow')],
  ];
  for (const [name, chain] of chains) {
    // A brain that is tried a few times and then no more answers differently from then on.
    brainConformance(`resilient: ${name}`, chain.create, { ...chain, deterministic: !name.startsWith('stalling') });
  }
});

describe('a brain that answers', () => {
  test('is passed on, with what it cost at the end, and nobody else is opened', async () => {
    const usage: BrainEvent = { type: 'usage', inputTokens: 9, outputTokens: 4 };
    const chain = openChain([{ answer: () => [...GOOD, usage], summary: () => 'so far' }, GOOD]);
    expect(await reply(chain)).toEqual({ events: [...GOOD, usage], error: undefined });
    expect(chain.brains.map(({ opened }) => opened)).toEqual([1, 0]);
    expect(chain.news).toEqual([]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('may say nothing to an opening, and only then', async () => {
    const chain = openChain([[]]);
    expect(await reply(chain, [], true)).toEqual({ events: [], error: undefined });
    expect((await reply(chain)).error).toMatchObject({ code: 'provider-failed' });
  });

  test('has as much time as the listener takes, and 20 s of waiting', async () => {
    const steady = Array.from({ length: 30 }, (_, i) => [900, text(`Word ${i}. `)]).flat();
    const chain = openChain([steady, GOOD]);
    const { events, error } = await reply(chain);
    expect(error).toBeUndefined();
    expect(spokenOf(events)).toHaveLength(22);
    expect(chain.clock.now()).toBeLessThanOrEqual(20_020);
    expect(chain.brains[1]?.asked).toEqual([]);

    const patient = openChain([steady.map((step) => (typeof step === 'number' ? 300 : step))]);
    const seen: BrainEvent[] = [];
    const slowListener = (async () => {
      const request = { reply: 1, opening: false, history: hello };
      for await (const event of patient.session.respond(request, neverAborted())) {
        seen.push(event);
        await new Promise<void>((resolve) => patient.clock.at(patient.clock.now() + 1_000, resolve));
      }
    })();
    await settle(slowListener, (ms) => patient.clock.advance(ms));
    expect(seen).toHaveLength(30);
  });
});

describe('a failure before the first event', () => {
  test.each<[string, readonly BrainStep[], number]>([
    ['an error', ['provider-failed'], 0],
    ['a refused key', ['provider-misconfigured'], 0],
    ['no token', [FOREVER], 3_000],
    ['an empty answer', [], 0],
    ['nothing but its cost', [{ type: 'usage', inputTokens: 1, outputTokens: 0 }], 0],
    ['empty pieces of text', [{ type: 'text', text: '' }], 0],
  ])('%s: the next brain answers', async (_what, script, atMs) => {
    const chain = openChain([script, GOOD], { hedge: false });
    expect(await reply(chain)).toEqual({ events: GOOD, error: undefined });
    expect(chain.brains[1]?.askedAt).toEqual([atMs]);
    expect(newsOf(chain.news, 'failed')).toHaveLength(1);
    expect(newsOf(chain.news, 'switched')).toEqual([
      expect.objectContaining({ operation: 'brain', from: 'first', to: 'second' }),
    ]);
    expect(chain.brains.map(({ running }) => running)).toEqual([0, 0]);
  });

  test('an answer without a word is taken back', async () => {
    const chain = openChain([[text('…\n')], GOOD]);
    expect((await reply(chain)).events).toEqual([text('…\n'), RETRACT, ...GOOD]);
  });

  test('all failed: the last error', async () => {
    const chain = openChain([['provider-failed'], ['provider-unavailable']]);
    const { events, error } = await reply(chain);
    expect(events).toEqual([]);
    expect(error).toMatchObject({ provider: 'second', code: 'provider-unavailable' });
    expect(chain.clock.alarms).toBe(0);
  });

  test('after three failures it is not asked any more, in other calls either', async () => {
    const chain = openChain([['provider-failed'], GOOD]);
    for (let i = 0; i < 5; i++) await reply(chain);
    expect(await reply({ clock: chain.clock, session: chain.brain.open(call) })).toMatchObject({ events: GOOD });
    expect(chain.brains[0]?.asked).toHaveLength(3);
  });
});

describe('a failure after some text', () => {
  test.each<[string, BrainStep, number]>([
    ['cut', 'provider-failed', 0],
    ['stalled', FOREVER, 2_000],
  ])('%s: the loose words are taken back, and the next brain goes on', async (_how, end, atMs) => {
    const chain = openChain([[...GOOD.slice(0, 2), text('Any'), end], [text('Can I help?')]]);
    const { events, error } = await reply(chain);
    expect(error).toBeUndefined();
    expect(events).toEqual([...GOOD.slice(0, 2), text('Any'), RETRACT, text('Can I help?')]);
    const said = { who: 'agent', text: 'We are open from nine to six.', interrupted: true };
    expect(chain.brains[1]?.asked[0]?.history).toEqual([...hello, said]);
    expect(chain.brains[1]?.askedAt).toEqual([atMs]);
    expect(newsOf(chain.news, 'failed')).toHaveLength(1);
    expect(chain.clock.alarms).toBe(0);
  });

  test('without a whole sentence the question is simply asked again', async () => {
    const chain = openChain([[text('We are '), 'provider-failed'], GOOD]);
    expect((await reply(chain)).events).toEqual([text('We are '), RETRACT, ...GOOD]);
    expect(chain.brains[1]?.asked[0]?.history).toEqual(hello);
  });

  test('the only model is asked once more, and may have nothing to add', async () => {
    const chain = openChain([{ answer: (_, n) => (n === 0 ? [text('One. '), 'provider-failed'] : []) }]);
    expect(await reply(chain)).toEqual({ events: [text('One. '), RETRACT], error: undefined });
    expect(chain.brains[0]?.asked).toHaveLength(2);
  });

  test('a tool that was asked for is not asked for again: the reply ends there', async () => {
    const wish: BrainEvent = { type: 'tool-call', id: 'a', name: 'find_day', arguments: '{}' };
    const chain = openChain([[text('One moment. '), wish, 'provider-failed'], GOOD]);
    expect(await reply(chain)).toEqual({ events: [text('One moment. '), wish], error: undefined });
    expect(chain.brains[1]?.asked).toEqual([]);
    expect(newsOf(chain.news, 'failed')).toHaveLength(1);
  });

  test('the costs of all requests are told as one', async () => {
    const usage = (n: number): BrainEvent => ({ type: 'usage', inputTokens: n, outputTokens: 1 });
    const chain = openChain([
      [text('One. '), usage(5), 'provider-failed'],
      [text('Two.'), usage(7)],
    ]);
    const { events } = await reply(chain);
    expect(events).toEqual([text('One. '), RETRACT, text('Two.'), { type: 'usage', inputTokens: 12, outputTokens: 2 }]);
  });
});
