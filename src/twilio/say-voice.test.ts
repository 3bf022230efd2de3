import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { chooseSayVoice } from './say-voice.ts';

test.each([
  ['he-IL', 'he-IL'],
  ['he', 'he-IL'],
  ['iw-IL', 'he-IL'],
  ['HE_il', 'he-IL'],
  ['en-US', 'en-US'],
  ['en', 'en-US'],
  ['en-GB', 'en-GB'],
  ['en-ZA', 'en-US'],
  ['es-MX', 'es-ES'],
  ['ar-EG', 'ar-XA'],
  ['zh-TW', 'cmn-TW'],
  ['zh-HK', 'yue-HK'],
  ['zh', 'cmn-CN'],
  ['fil', 'fil-PH'],
  ['fi', 'fi-FI'],
  ['no-NO', 'nb-NO'],
  ['tlh', 'en-US'],
  ['', 'en-US'],
])('%j is spoken as %s', (tag, language) => {
  expect(chooseSayVoice(tag)).toEqual({ language, voice: `Google.${language}-Standard-A` });
});

test('the SDK lists every language and voice that is chosen', () => {
  const types = createRequire(import.meta.url).resolve('twilio/lib/twiml/VoiceResponse.d.ts');
  const [, languages = ''] = /type SayLanguage = ([^;]+);/.exec(readFileSync(types, 'utf8')) ?? [];
  const [, voices = ''] = /type SayVoice = ([^;]+);/.exec(readFileSync(types, 'utf8')) ?? [];
  const tags = languages.match(/[a-z]{2,3}-[A-Z]{2}\b/g) ?? [];
  expect(tags.length).toBeGreaterThan(50);
  for (const tag of tags) {
    const { language, voice } = chooseSayVoice(tag);
    expect(languages).toContain(`"${language}"`);
    expect(voices).toContain(`"${voice}"`);
    if (voices.includes(`"Google.${tag}-Standard-A"`)) expect(language).toBe(tag);
  }
});
