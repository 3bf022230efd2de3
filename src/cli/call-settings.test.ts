import { expect, test } from 'vitest';
import { defaultSettings } from '../core/settings.ts';
import { callSettingsOf } from './call-settings.ts';
import { parseEnvironment } from './config.ts';

test('an empty environment leaves every setting as it is', () => {
  expect(callSettingsOf(parseEnvironment({}))).toEqual(defaultSettings);
});

test('turn-taking can be tuned', () => {
  const tuned = { BARGE_IN_MS: '160', BARGE_IN_CERTAIN_MS: '900', RESUME_AFTER_MS: '600', LONG_TURN_SEC: '120' };
  expect(callSettingsOf(parseEnvironment(tuned))).toMatchObject({
    bargeInMs: 160,
    bargeInCertainMs: 900,
    resumeAfterMs: 600,
    longTurnMs: 120_000,
  });
});

test('0 is never', () => {
  const settings = callSettingsOf(parseEnvironment({ LONG_TURN_SEC: '0', NO_PERSON_SEC: '0' }));
  expect(settings).not.toHaveProperty('longTurnMs');
  expect(settings).not.toHaveProperty('noPersonMs');
});
