import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/errors.ts';
import { defaultSettings } from '../core/settings.ts';
import { parseTrial, presentValues, trialsAround } from './trials.ts';

describe('what is tried', () => {
  test('one setting at a time around the present one, and never the present one', () => {
    const trials = trialsAround(defaultSettings);
    for (const { change } of trials) {
      const [[field, value] = [], ...more] = Object.entries(change);
      expect(more).toEqual([]);
      expect(value).not.toBe(defaultSettings[field as keyof typeof defaultSettings]);
    }
    const names = trials.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['EOU_MS=400', 'KAV_ENDPOINTING=fixed', 'bargeInMs=200']));
  });

  test('nothing out of its range', () => {
    const names = trialsAround({ ...defaultSettings, endpointingMs: 150, bargeInMs: 60 }).map(({ name }) => name);
    expect(names).toContain('EOU_MS=100');
    expect(names).not.toContain('EOU_MS=0');
    expect(names).not.toContain('bargeInMs=20');
  });

  test('several together, in the units of their names', () => {
    expect(parseTrial(['EOU_MS=300', 'DEDUP_WINDOW_SEC=3', 'BARGE_IN=false', 'KAV_ENDPOINTING=fixed'])).toEqual({
      name: 'EOU_MS=300 DEDUP_WINDOW_SEC=3 BARGE_IN=false KAV_ENDPOINTING=fixed',
      change: { endpointingMs: 300, dedupWindowMs: 3_000, bargeIn: false, endpointing: 'fixed' },
    });
    expect(presentValues(defaultSettings)).toMatchObject({ EOU_MS: 450, DEDUP_WINDOW_SEC: 8, BARGE_IN: true });
  });

  test.each([
    'EOU_MS',
    'EOU_MS=',
    'EOU_MS=soon',
    'EOU_MS=99',
    'EOU_MS=1e9',
    'EOU_MS=450.5',
    'KAV_VAD=rms',
    'toString=1',
    'BARGE_IN=maybe',
    'KAV_ENDPOINTING=loose',
    '',
  ])('"%s" is refused', (pair) => {
    expect(() => parseTrial([pair])).toThrow(ConfigError);
  });
});
