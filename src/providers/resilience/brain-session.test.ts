import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { settle } from '../conformance/settle.ts';
import type { BrainEvent, BrainRequest, BrainSession } from '../contracts.ts';
import {
  agent,
  type BrainStep,
  call,
  caller,
  collect,
  FOREVER,
  GOOD,
  hello,
  neverAborted,
  newsOf,
  openChain,
  reply,
  type ScriptedBrainOptions,
  spokenOf,
  text,
} from './brain.fixture.ts';
import { createResilientBrain } from './brain.ts';
import { ProviderHealth } from './health.ts';

describe('a flow behind the models', () => {
  const down = (from: number): Partial<ScriptedBrainOptions> => ({
    answer: (_, n) => (n === from ? ['provider-failed'] : GOOD),
  });
  const first: BrainRequest = { reply: 1, opening: true, history: [] };

  test('takes the call over for the rest of it, as if it began there', async () => {
    const chain = openChain([down(1), { startsAnew: true, answer: () => [text('Your name?')] }]);
    const turns = [...hello];
    expect((await reply(chain, turns)).events).toEqual(GOOD);
    turns.push(agent('We are open.'), caller('a flat'));
    expect((await reply(chain, turns)).events).toEqual([text('Your name?')]);
    const since = [agent('Your name?'), caller('Dana')];
    await reply(chain, [...turns, ...since]);
    expect(chain.brains[1]?.asked).toEqual([first, { reply: 1, opening: false, history: since }]);
    expect(chain.brains[0]?.asked).toHaveLength(2);
  });

  test('from the beginning it sees everything, and stays', async () => {
    const chain = openChain([down(0), { startsAnew: true, answer: () => [text('Your name?')] }]);
    await reply(chain, [], true);
    const turns = [agent('Your name?'), caller('Dana')];
    await reply(chain, turns);
    expect(chain.brains[1]?.asked).toEqual([first, { reply: 1, opening: false, history: turns }]);
  });

  test('in another call the model is asked again', async () => {
    const chain = openChain([down(-1), { startsAnew: true }]);
    await reply(chain, [], true);
    expect(chain.brains.map(({ asked }) => asked.length)).toEqual([1, 0]);
  });

  test('first in the chain it simply serves', async () => {
    const chain = openChain([{ startsAnew: true }, GOOD]);
    await reply(chain);
    expect(chain.brains[0]?.asked[0]?.history).toBe(hello);
  });

  test('in the middle of a reply: what was said stays, its question follows', async () => {
    const chain = openChain([
      { answer: (_, n) => (n === 0 ? [text('One. Tw'), 'provider-failed'] : ['provider-failed']) },
      { startsAnew: true, answer: () => [text('Your name?')] },
    ]);
    const { events } = await reply(chain);
    expect(spokenOf(events)).toEqual(['One.', 'Your name?']);
    expect(chain.brains[1]?.asked).toEqual([first]);
  });
});

describe('a summary', () => {
  test('is there if any model has it, and made by the first that can', async () => {
    const chain = openChain([{ summary: () => 'provider-failed' }, GOOD, { summary: (of) => `${of.length} turns` }]);
    expect(await chain.session.summarize?.(hello, neverAborted())).toBe('2 turns');
    expect(newsOf(chain.news, 'failed')).toHaveLength(1);
    expect(chain.clock.alarms).toBe(0);
    expect(openChain([GOOD]).session.summarize).toBeUndefined();
  });

  test('all failed: the last error; an empty one is a failure', async () => {
    const chain = openChain([{ summary: () => '' }]);
    await expect(chain.session.summarize?.(hello, neverAborted())).rejects.toBeInstanceOf(ProviderError);
  });
});

describe('an abort', () => {
  test.each<[string, readonly BrainStep[], number]>([
    ['before the first token', [FOREVER], 500],
    ['while two requests run', [FOREVER], 2_000],
    ['in the middle', [text('We are '), FOREVER], 500],
  ])('%s: its reason, all requests are cancelled, nobody else is asked', async (_when, script, ms) => {
    const chain = openChain([script, GOOD]);
    const abort = new AbortController();
    const reason = new Error('the caller took the floor');
    const events: BrainEvent[] = [];
    const outcome = expect(
      collect(chain.session, { reply: 1, opening: false, history: hello }, events, abort.signal),
    ).rejects.toBe(reason);
    await chain.clock.advance(ms);
    const before = events.length;
    abort.abort(reason);
    await outcome;
    await chain.clock.advance(10_000);
    expect(events.length).toBe(before);
    expect(chain.brains.map(({ running, asked }) => [running, asked.length > 0])).toEqual([
      [0, true],
      [0, false],
    ]);
    expect(chain.news).toEqual([]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('closing the session ends its replies, and closes what was opened', async () => {
    const chain = openChain([['provider-failed'], [FOREVER], { startsAnew: true }], { hedge: false });
    const begun = reply(chain);
    await chain.clock.advance(500);
    await chain.session.close();
    expect((await begun).error).toMatchObject({ name: 'AbortError' });
    expect(chain.brains.map(({ closed }) => closed)).toEqual([1, 1, 0]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('a session that does not close is let go after a second', async () => {
    const chain = openChain([GOOD]);
    const clock = chain.clock;
    const stuck = { name: 'stuck', open: () => new StuckSession(), close: () => new Promise<void>(() => {}) };
    const health = new ProviderHealth({ clock, onNews: () => {} });
    const brain = createResilientBrain([stuck], { clock, health, onNews: () => {} });
    await settle(Promise.all([brain.open(call).close(), brain.close()]), (ms) => clock.advance(ms));
    expect(clock.now()).toBe(1_000);
  });
});

class StuckSession implements BrainSession {
  respond = () => {
    throw new Error('never asked');
  };
  close = () => new Promise<void>(() => {});
}
