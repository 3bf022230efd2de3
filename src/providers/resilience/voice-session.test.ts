import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import type { AudioChunk } from '../contracts.ts';
import { fail, hear, openChain, type ScriptedVoice, SENTENCE, speak, type VoiceAct } from './voice.fixture.ts';

describe('an abort', () => {
  test.each<[string, VoiceAct]>([
    ['before the first byte', { kind: 'mute' }],
    ['in the middle', { kind: 'stall', after: 20 }],
  ])('%s: its reason, the request is cancelled, and nobody else is asked', async (_when, act) => {
    const chain = openChain({ acts: [act] }, {});
    const abort = new AbortController();
    const reason = new Error('the caller took the floor');
    const chunks: AudioChunk[] = [];
    const reading = (async () => {
      for await (const chunk of chain.session.synthesize(SENTENCE, abort.signal)) chunks.push(chunk);
    })();
    const outcome = expect(reading).rejects.toBe(reason);
    await chain.clock.advance(500);
    const before = chunks.length;
    abort.abort(reason);
    await outcome;
    expect(chunks.length).toBe(before);
    await chain.clock.advance(0);
    expect(chain.scripted.map(({ aborted, asked }) => [aborted, asked.length])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(chain.news).toEqual([]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('reaches a request whose audio nobody is waiting for', async () => {
    const chain = openChain({ acts: [{ kind: 'stall', after: 20 }] });
    const abort = new AbortController();
    const stream = chain.session.synthesize(SENTENCE, abort.signal)[Symbol.asyncIterator]();
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toBe(abort.signal.reason);
    await chain.clock.advance(0);
    expect(chain.scripted[0]?.running).toBe(0);
  });

  test('closing the session ends what it speaks, and closes what was opened', async () => {
    const chain = openChain({ acts: [fail] }, { acts: [{ kind: 'stall', after: 20 }] }, {});
    const heard = hear(chain);
    await chain.clock.advance(500);
    await chain.session.close();
    expect((await heard).error?.name).toBe('AbortError');
    expect(chain.scripted.map(({ closed }) => closed)).toEqual([1, 1, 0]);
  });
});

test('whatever fails, words come in order, at most one is lost at each change, and none is said twice', async () => {
  const act = fc.oneof(
    fc.constant(speak),
    fc.constant(fail),
    fc.constantFrom<VoiceAct>({ kind: 'mute' }, { kind: 'empty' }),
    fc.record({ kind: fc.constantFrom('cut', 'stall'), after: fc.nat(60) }),
  );
  const voice = fc.record({ acts: fc.array(act, { minLength: 1, maxLength: 4 }), tells: fc.boolean() });
  const property = fc.asyncProperty(
    fc.array(voice, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 12 }),
    async (voices, count) => {
      const words = Array.from({ length: count }, (_, i) => `word${'x'.repeat((i * 5) % 7)}${i}`);
      const chain = openChain(...voices);
      const { chunks, error } = await hear(chain, words.join(' '));
      if (error) expect(error).toBeInstanceOf(ProviderError);
      const heard = heardWords(chunks, chain.scripted);
      const whole = heard.filter((word) => words.includes(word));
      expect(whole).toEqual(words.filter((word) => whole.includes(word)));
      const requests = chain.scripted.reduce((sum, { asked }) => sum + asked.length, 0);
      if (!error) expect(words.length - whole.length).toBeLessThanOrEqual(requests);
      expect(chain.scripted.every(({ running }) => running === 0)).toBe(true);
      expect(chain.clock.alarms).toBe(0);
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

/** Words and pieces of words, in the order in which they were heard. */
function heardWords(chunks: readonly AudioChunk[], voices: readonly ScriptedVoice[]): string[] {
  const words: string[] = [];
  let word = '';
  for (const chunk of chunks) {
    const character = voices.map((voice) => voice.textOf(chunk)).join('');
    // A word begins with a w, whether a blank comes before it or another voice broke off.
    if ((character === ' ' || character === 'w') && word !== '') words.push(word.trim());
    word = character === ' ' || character === 'w' ? character.trim() : word + character;
  }
  return [...words, word].filter((heard) => heard !== '');
}
