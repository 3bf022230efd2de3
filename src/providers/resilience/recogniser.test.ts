import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../simulator/random.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { sttConformance } from '../conformance/stt.ts';
import { createFakeSpeechToText } from '../fake/speech-to-text.ts';
import { ProviderHealth } from './health.ts';
import { refused, type ToyBehaviour, ToyCall, ToyRecogniser, textOf } from './recogniser.fixture.ts';
import { createResilientRecogniser } from './recogniser.ts';

const FRAME_BYTES = 160;
const SECOND = 8_000;

describe('conformance', () => {
  const clock = new VirtualClock();
  const advance = (ms: number) => clock.advance(ms);
  const health = new ProviderHealth({ clock, onNews: () => {}, failures: 1_000_000 });
  const wrap = (...chain: Parameters<typeof createResilientRecogniser>[0]) =>
    createResilientRecogniser(chain, { clock, health, onNews: () => {} });
  const fake = () => createFakeSpeechToText({ clock, env: {}, warn: () => {} });
  const failing = (openSync?: true) =>
    new ToyRecogniser('failing', clock, () => ({ openError: refused('failing'), ...(openSync && { openSync }) }));

  sttConformance('one that works', () => wrap(fake()), { advance });
  sttConformance('one that always fails, then one that works', () => wrap(failing(), fake()), { advance });
  sttConformance('one that fails from inside open, then one that works', () => wrap(failing(true), fake()), {
    advance,
  });
  const mute = () => new ToyRecogniser('mute', clock, () => ({ mute: 'silent' }));
  sttConformance('one that is mute, then one that works', () => wrap(mute(), fake()), { advance });
});

describe('a chain of recognisers', () => {
  test('has the name and the caveat of its first', () => {
    const clock = new VirtualClock();
    const health = new ProviderHealth({ clock, onNews: () => {} });
    const fake = createFakeSpeechToText({ clock, env: {}, warn: () => {} });
    const chain = createResilientRecogniser([fake, new ToyRecogniser('toy', clock)], {
      clock,
      health,
      onNews: () => {},
    });
    expect([chain.name, chain.caveat]).toEqual([fake.name, fake.caveat]);
  });

  test('closes the providers that it was given', async () => {
    const clock = new VirtualClock();
    const chain = [new ToyRecogniser('one', clock), new ToyRecogniser('other', clock)];
    await new ToyCall(clock, chain).close();
    expect(chain.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});

/** Three utterances with pauses, then time enough for everything. */
async function converse(call: ToyCall): Promise<void> {
  for (const words of [[1, 2, 3], [4], [5, 6]]) {
    await call.silence(500);
    await call.say(words);
  }
  await call.silence(12_000);
}

describe('no word is lost, and none said twice', () => {
  test.each(Array.from({ length: 20 }, (_, i) => 500 + i * 1_300))('dropped after %i bytes', async (dropAtByte) => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) => (session === 0 ? { dropAtByte } : undefined));
    const call = new ToyCall(clock, [toy]);
    await converse(call);
    expect(toy.sessions).toHaveLength(2);
    expect(call.finals).toEqual(['w1 w2 w3', 'w4', 'w5 w6']);
    expect(call.errors).toEqual([]);
    await call.close();
    expect(clock.alarms).toBe(0);
  });

  test('a drop between the end of speech and its words', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) =>
      session === 0 ? { finalMs: 400, dropAtByte: 60 * FRAME_BYTES } : undefined,
    );
    const call = new ToyCall(clock, [toy]);
    await call.silence(500);
    await call.say([1, 2, 3]);
    await call.silence(2_000);
    expect(call.finals).toEqual(['w1 w2 w3']);
    expect(toy.sessions).toHaveLength(2);
    await call.close();
  });

  test('what was given out is not heard again', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) =>
      session === 0 ? { dropAtByte: 1.4 * SECOND } : undefined,
    );
    const call = new ToyCall(clock, [toy]);
    await call.silence(500);
    await call.say([1, 2]);
    await call.silence(60);
    await call.say([3, 4, 5, 6, 7, 8]);
    await call.silence(500);
    expect(toy.sessions[1]?.runs).toEqual([3, 4, 5, 6, 7, 8]);
    expect(call.finals).toEqual(['w1 w2', 'w3 w4 w5 w6 w7 w8']);
    const partials = call.events.flatMap((event) => (event.type === 'partial' ? [event.text] : []));
    expect(partials.some((text) => /w3.*w3/.test(text))).toBe(false);
    await call.close();
  });

  test('a vendor that says every final twice', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, () => ({ duplicateFinals: true }));
    const call = new ToyCall(clock, [toy]);
    await converse(call);
    expect(call.finals).toEqual(['w1 w2 w3', 'w4', 'w5 w6']);
    await call.close();
  });

  test('a caller too quiet for the VAD is passed on, and is not heard again either', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) =>
      session === 0 ? { dropAtByte: 1.4 * SECOND } : undefined,
    );
    const call = new ToyCall(clock, [toy]);
    await call.silence(500);
    await call.sound(9, 200);
    await call.silence(320);
    toy.sessions[0]?.say({ type: 'final', text: 'w9' });
    await call.say([1, 2, 3, 4]);
    await call.silence(500);
    expect(call.finals).toEqual(['w9', 'w1 w2 w3 w4']);
    expect(toy.sessions[1]?.runs).toEqual([1, 2, 3, 4]);
    await call.close();
  });

  test('late words that come within their time', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, () => ({ finalMs: 2_300 }));
    const call = new ToyCall(clock, [toy]);
    await converse(call);
    expect(call.finals).toEqual(['w1 w2 w3', 'w4', 'w5 w6']);
    expect(toy.sessions).toHaveLength(1);
    await call.close();
  });

  test('at a rate of 8000 bytes a second, ten seconds are remembered', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) => (session === 0 ? { dropAtByte: 14 * SECOND } : undefined));
    const call = new ToyCall(clock, [toy]);
    const words = Array.from({ length: 30 }, (_, i) => i + 1);
    await call.say(words, 500);
    await call.silence(500);
    // Byte 112,000 is the end of the 28th word; 10 s before it begins the 9th.
    expect(call.finals).toEqual([textOf(words.slice(8))]);
    expect(call.newsOf('reconnected')).toMatchObject([{ provider: 'toy', replayedMs: 10_000 }]);
    await call.close();
  });

  test('a long replay lets others have their turn after each second of audio', async () => {
    let longest = 0;
    class BurstClock extends VirtualClock {
      override at(time: number, wake: () => void): () => void {
        return super.at(time, () => {
          const before = received();
          wake();
          longest = Math.max(longest, received() - before);
        });
      }
    }
    const clock = new BurstClock();
    const toy = new ToyRecogniser('toy', clock, (session) => (session === 0 ? { dropAtByte: 5 * SECOND } : undefined));
    const received = () => toy.sessions.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
    const call = new ToyCall(clock, [toy]);
    const words = Array.from({ length: 30 }, (_, i) => i + 1);
    await call.say(words, 200);
    await call.silence(500);
    expect(call.finals).toEqual([textOf(words)]);
    expect(longest).toBe(SECOND);
    await call.close();
  });

  test('a speech that ends in the middle of its replay', async () => {
    const clock = new VirtualClock();
    const toy = new ToyRecogniser('toy', clock, (session) => (session === 0 ? { dropAtByte: 5 * SECOND } : undefined));
    const call = new ToyCall(clock, [toy]);
    call.onEvent = ({ type }) => {
      if (toy.sessions.length < 2 || type !== 'partial') return;
      call.onEvent = () => {};
      call.session.speechEnded();
    };
    await call.sound(1, 60);
    call.session.speechStarted();
    for (let word = 2; word < 30; word++) await call.sound(word, 200);
    // 5 s are heard when it ends: the first word, 24 whole ones, and 140 ms of the next.
    expect(call.finals).toEqual([textOf(Array.from({ length: 26 }, (_, i) => i + 1))]);
    expect(toy.sessions[1]?.marks).toEqual(['started at 480', `ended at ${5 * SECOND}`]);
    await call.close();
  });

  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
  test.each(seeds)('whatever goes wrong: seed %i', async (seed) => {
    const random = createRandom(seed);
    const clock = new VirtualClock();
    const trouble = (session: number) => (session < 6 ? misbehave(random) : undefined);
    const chain = ['one', 'two', 'three']
      .slice(0, 1 + (seed % 3))
      .map((name) => new ToyRecogniser(name, clock, trouble));
    const call = new ToyCall(clock, chain);
    const expected: string[] = [];
    for (let word = 1; expected.length < 12; ) {
      const words = Array.from({ length: 1 + Math.floor(random() * 5) }, () => word++);
      await call.silence(300 + random() * 1_500);
      await call.say(words, 100 + Math.floor(random() * 12) * 20);
      expected.push(textOf(words));
    }
    await call.silence(12_000);
    expect(call.finals).toEqual(expected);
    expect(call.errors).toEqual([]);
    await call.close();
    expect(clock.alarms).toBe(0);
  });
});

/** Faults that a chain must survive without loss if the outage is short. */
function misbehave(random: Random): ToyBehaviour | undefined {
  const finalMs = Math.floor(random() * 900);
  const kinds: readonly (ToyBehaviour | undefined)[] = [
    { dropAtByte: 1 + Math.floor(random() * 6 * SECOND), finalMs },
    { dropAtByte: 1 + Math.floor(random() * 3 * SECOND), finalMs, withoutPartials: true },
    { openError: refused('toy') },
    { openError: refused('toy'), openSync: true },
    undefined,
  ];
  return kinds[Math.floor(random() * kinds.length)];
}
