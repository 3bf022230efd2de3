import { describe, expect, test } from 'vitest';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import { VoiceOrder } from './voice-order.ts';

const failure = (index: number, details: Partial<ProviderErrorDetails> = {}, wasHeard = false) => ({
  index,
  wasHeard,
  error: new ProviderError(
    { provider: 'acme', operation: 'tts', code: 'provider-failed', retryable: true, ...details },
    'as told',
  ),
});

describe('the order of voices', () => {
  test('goes down the chain, past those that are not admitted, and ends', () => {
    const order = new VoiceOrder(4, (index) => index !== 1);
    const turns: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const turn = order.next();
      turns.push(turn?.index);
      if (turn) order.failed(failure(turn.index));
    }
    expect(turns).toEqual([0, 2, 3, undefined]);
  });

  test('the first is asked when none is admitted, to say why not', () => {
    const order = new VoiceOrder(2, () => false);
    expect(order.next()).toEqual({ index: 0, pauseMs: 0 });
    order.failed(failure(0));
    expect(order.next()).toBeUndefined();
  });

  test.each([
    ['after a failure', {}, { index: 0, pauseMs: 100 }],
    ['after a time-out, at once', { code: 'provider-timeout' }, { index: 0, pauseMs: 0 }],
    ['when it says so', { retryAfterMs: 250 }, { index: 0, pauseMs: 250 }],
    ['not when it wants more time', { retryAfterMs: 301 }, undefined],
    ['not when nothing would change', { retryable: false }, undefined],
  ] as const)('the only voice is asked once more: %s', (_when, details, turn) => {
    const order = new VoiceOrder(1, () => true);
    order.next();
    order.failed(failure(0, details));
    expect(order.next()).toEqual(turn);
    order.failed(failure(0, details, true));
    expect(order.next()).toBeUndefined();
  });

  test('the last of many is asked once more for a rest, not for a whole sentence', () => {
    for (const wasHeard of [false, true]) {
      const order = new VoiceOrder(2, () => true);
      order.next();
      order.failed(failure(0));
      order.next();
      order.failed(failure(1, {}, wasHeard));
      expect(order.next()?.index).toBe(wasHeard ? 1 : undefined);
    }
  });
});
