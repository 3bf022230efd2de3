import { afterEach, describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { wait } from '../wait.ts';
import { Attempt } from './attempt.ts';
import { ProviderHealth } from './health.ts';

const who = { provider: 'acme', operation: 'tts' } as const;

function open(begin: (signal: AbortSignal, clock: VirtualClock) => AsyncIterable<string>) {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const attempt = new Attempt({ clock, who, signal: abort.signal, begin: (signal) => begin(signal, clock) });
  return { clock, abort, attempt };
}

/** As no adapter should be: deaf to its signal. */
async function* deaf(_signal: AbortSignal, clock: VirtualClock): AsyncGenerator<string> {
  yield 'a';
  await wait(clock, 1e9, new AbortController().signal);
}

const failing = (error: Error): AsyncIterable<string> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});

describe('a request', () => {
  afterEach(() => vi.useRealTimers());

  test('ends in time, even if the provider does not', async () => {
    const { clock, attempt } = open(deaf);
    expect(await attempt.next(1_000, 'nothing')).toEqual({ done: false, value: 'a' });
    const late = expect(attempt.next(1_000, 'nothing')).rejects.toMatchObject({ code: 'provider-timeout' });
    await clock.advance(1_000);
    await late;
    await expect(attempt.next(1_000, 'nothing')).rejects.toMatchObject({ code: 'provider-timeout' });
    expect(clock.alarms).toBe(1); // its own
  });

  test('ends at once when it is aborted, even if the provider does not', async () => {
    const { abort, attempt } = open(deaf);
    await attempt.next(1_000, 'nothing');
    const reason = new Error('the caller took the floor');
    const next = expect(attempt.next(1_000, 'nothing')).rejects.toBe(reason);
    abort.abort(reason);
    await next;
  });

  test.each<[string, () => AsyncIterable<string>, string]>([
    ['an error that is none of ours', () => failing(new TypeError('secret words')), 'TypeError'],
    ['an abort that nobody asked for', () => failing(new DOMException('secret', 'AbortError')), 'AbortError'],
    [
      'an error before there is a stream',
      () => {
        throw new RangeError('secret words');
      },
      'RangeError',
    ],
  ])('%s becomes a ProviderError without its words', async (_what, begin, name) => {
    const error: unknown = await open(begin)
      .attempt.next(1_000, 'nothing')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'provider-failed', retryable: true, message: `acme tts: ended with ${name}` });
  });

  test('does not wait for another’s probe of the vendor once it is aborted', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { clock, abort, attempt } = open(deaf);
    const health = new ProviderHealth({ clock, onNews: () => {} });
    for (let i = 0; i < 3; i++) await health.failed(who, brokenAnswer(who, 'nonsense'));
    vi.setSystemTime(Date.now() + 10_000);
    let answer: (well: string) => void = () => {};
    const probe = health.guard(
      who,
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    const reason = new Error('the caller took the floor');
    const guarded = expect(attempt.guarded(health, () => attempt.next(1_000, 'nothing'))).rejects.toBe(reason);
    abort.abort(reason);
    await guarded;
    answer('well');
    expect(await probe).toBe('well');
  });
});
