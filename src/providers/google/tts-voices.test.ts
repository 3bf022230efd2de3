import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { parseVoiceMode } from './tts-options.ts';
import { chooseVoice } from './tts-voices.ts';

const choose = (language: string, voice?: string, model?: string) =>
  chooseVoice({ callSid: 'CA00', language, ...(voice === undefined ? {} : { voice }) }, parseVoiceMode(model));

describe('the default voice', () => {
  test.each([
    ['he-IL', undefined, 'he-IL-Chirp3-HD-Aoede', true],
    ['iw-IL', undefined, 'he-IL-Chirp3-HD-Aoede', true],
    ['he', undefined, 'he-IL-Chirp3-HD-Aoede', true],
    ['en-US', undefined, 'en-US-Chirp3-HD-Aoede', true],
    ['en-NZ', undefined, 'en-US-Chirp3-HD-Aoede', true],
    ['en-gb', undefined, 'en-GB-Chirp3-HD-Aoede', true],
    ['zh-TW', undefined, 'cmn-CN-Chirp3-HD-Aoede', true],
    ['he-IL', 'unary', 'he-IL-Chirp3-HD-Aoede', false],
    ['he-IL', 'Wavenet', 'he-IL-Wavenet-A', false],
    ['en-US', 'neural2', 'en-US-Neural2-F', false],
    ['en-US', 'chirp3-hd', 'en-US-Chirp3-HD-Aoede', true],
  ])('%s, google:%s is %s', (language, model, name, streams) => {
    const languageCode = name.split('-').slice(0, 2).join('-');
    expect(choose(language, undefined, model)).toEqual({ languageCode, name, streams, speaksLanguage: true });
  });

  test('a language that is not in the list is left to Google', () => {
    expect(choose('mi-NZ')).toEqual({ languageCode: 'mi-NZ', streams: false, speaksLanguage: true });
  });
});

describe('a voice of the agent', () => {
  test('is asked for in its own language, and known not to be the call’s', () => {
    const voice = { languageCode: 'en-US', name: 'en-US-Neural2-D', streams: false };
    expect(choose('he-IL', 'en-US-Neural2-D')).toEqual({ ...voice, speaksLanguage: false });
    expect(choose('en-GB', 'en-US-Neural2-D')).toEqual({ ...voice, speaksLanguage: true });
  });

  test('may be the star alone', () => {
    expect(choose('he-IL', 'Kore')).toMatchObject({ name: 'he-IL-Chirp3-HD-Kore', streams: true });
  });
});

test('a family that is not Google’s is the operator’s mistake', () => {
  expect(() => parseVoiceMode('Neural3')).toThrow(ConfigError);
});
