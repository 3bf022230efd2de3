import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { brokenAnswer, errorOfStatus } from '../vendor-error.ts';
import { ProviderHealth } from './health.ts';
import type { ProviderNews } from './news.ts';

const who = { provider: 'acme', operation: 'tts' } as const;
const other = { provider: 'acme', operation: 'stt' } as const;
const broken = () => Promise.reject(brokenAnswer(who, 'nonsense'));

function openHealth() {
  const clock = new VirtualClock();
  const news: ProviderNews[] = [];
  const health = new ProviderHealth({ clock, onNews: (item) => news.push(item) });
  const fail = (times: number) =>
    Promise.allSettled(Array.from({ length: times }, () => 0).map(() => health.guard(who, broken)));
  /** cockatiel reads the wall clock, the rest of Kav its own. */
  const pass = async (ms: number) => {
    vi.setSystemTime(Date.now() + ms);
    await clock.advance(ms);
  };
  return { clock, news, health, fail, pass };
}

describe('the health of providers', () => {
  afterEach(() => vi.useRealTimers());

  test('three failures in a row open the breaker of that vendor and operation alone', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { health, fail, pass, news } = openHealth();
    await fail(2);
    expect(health.admits(who)).toBe(true);
    await fail(1);
    expect(health.admits(who)).toBe(false);
    expect(health.admits(other)).toBe(true);
    const refused = await health.guard(who, broken).catch((error: ProviderError) => error);
    expect(refused).toMatchObject({ code: 'provider-unavailable', provider: 'acme' });
    await pass(10_000);
    expect(health.admits(who)).toBe(true);
    expect(await health.guard(who, async () => 'well')).toBe('well');
    expect(news.filter(({ type }) => type === 'breaker').map((item) => 'state' in item && item.state)).toEqual([
      'open',
      'half-open',
      'closed',
    ]);
  });

  test('a probe that was cancelled proves nothing', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { health, fail, pass } = openHealth();
    await fail(3);
    await pass(10_000);
    await health.guard(who, () => Promise.reject(new DOMException('', 'AbortError'))).catch(() => {});
    expect(health.admits(who)).toBe(false);
  });

  test('a success between failures keeps it closed, and aborts do not count', async () => {
    const { health, fail } = openHealth();
    await fail(2);
    await health.guard(who, async () => 'well');
    await fail(2);
    for (let i = 0; i < 5; i++) {
      await health.guard(who, () => Promise.reject(new DOMException('', 'AbortError'))).catch(() => {});
    }
    expect(health.admits(who)).toBe(true);
  });

  test('an authentication failure opens it at once, for five minutes', async () => {
    const { health, clock, news } = openHealth();
    const denied = errorOfStatus(who, { status: 401 });
    await expect(health.guard(who, () => Promise.reject(denied))).rejects.toBe(denied);
    expect(health.admits(who)).toBe(false);
    await clock.advance(299_000);
    expect(health.admits(who)).toBe(false);
    await clock.advance(1_000);
    expect(health.admits(who)).toBe(true);
    expect(news.filter(({ type }) => type === 'failed')).toHaveLength(1);
    expect(clock.alarms).toBe(0);
  });

  test('a failure in the middle of a stream counts', async () => {
    const { health } = openHealth();
    for (let i = 0; i < 3; i++) await health.failed(who, brokenAnswer(who, 'cut'));
    expect(health.admits(who)).toBe(false);
    health.close();
  });
});
