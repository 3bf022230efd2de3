import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SpeechTarget } from './options.ts';
import { parseResponse, type SpeechResponse, serializeAudio, serializeConfig } from './stt-codec.ts';
import { StreamTranscript } from './stt-transcript.ts';

const fixture = (file: string): readonly SpeechResponse[] =>
  readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SpeechResponse);

const hebrew: SpeechTarget = {
  version: 'v2',
  model: 'chirp_3',
  languageCode: 'iw-IL',
  projectId: 'kav',
  location: 'eu',
};

describe('responses', () => {
  test('version 2: Google’s own example, word by word', () => {
    const transcript = new StreamTranscript();
    const texts = fixture('stt-v2.jsonl').map((response) => {
      transcript.accept(parseResponse(response));
      return transcript.text;
    });
    expect(texts).toEqual([
      '',
      'tube',
      'to be a',
      'to be or not to be',
      'to be or not to be',
      "to be or not to be that's",
      'to be or not to be that is the question',
      'to be or not to be that is the question',
      'to be or not to be that is the question',
    ]);
    expect(transcript.finalMs).toBe(2_600);
    expect(transcript.hasInterim).toBe(false);
  });

  test('version 1: finals, ends, voice activity and a failure inside a message', () => {
    const news = fixture('stt-v1.jsonl').map(parseResponse);
    expect(news.map(({ activity }) => activity)).toEqual(['begin', undefined, undefined, 'end', undefined]);
    expect(news[1]?.heard.map(({ text }) => text)).toEqual(['אני מחפשת', 'דירה']);
    expect(news[2]?.heard).toEqual([{ text: 'אני מחפשת דירה בתל אביב', isFinal: true, endMs: 2_130 }]);
    expect(news[4]?.failure).toEqual({
      code: 11,
      details: 'Exceeded maximum allowed stream duration of 305 seconds.',
    });
  });

  test('a message with nothing in it is no news', () => {
    for (const empty of [{}, { results: null }, { results: [{}] }, { results: [{ alternatives: [] }] }]) {
      const { heard, failure } = parseResponse(empty as unknown as SpeechResponse);
      expect(heard.every(({ text }) => text === '')).toBe(true);
      expect(failure).toBeUndefined();
    }
  });
});

describe('requests', () => {
  test('version 2 opens with the recogniser, µ-law and the model', () => {
    expect(serializeConfig(hebrew, ['כן', 'לא', 'x'.repeat(101)])).toEqual({
      recognizer: 'projects/kav/locations/eu/recognizers/_',
      streamingConfig: {
        config: {
          explicitDecodingConfig: { encoding: 'MULAW', sampleRateHertz: 8_000, audioChannelCount: 1 },
          model: 'chirp_3',
          languageCodes: ['iw-IL'],
          features: { enableAutomaticPunctuation: true },
          adaptation: {
            phraseSets: [
              {
                inlinePhraseSet: {
                  phrases: [
                    { value: 'כן', boost: 10 },
                    { value: 'לא', boost: 10 },
                  ],
                },
              },
            ],
          },
        },
        streamingFeatures: { interimResults: true, enableVoiceActivityEvents: true },
      },
    });
  });

  test('version 1 opens with speech contexts', () => {
    const target: SpeechTarget = { ...hebrew, version: 'v1', model: 'phone_call', languageCode: 'en-US' };
    expect(serializeConfig(target, ['yes', 'no']).streamingConfig).toMatchObject({
      config: {
        encoding: 'MULAW',
        sampleRateHertz: 8_000,
        languageCode: 'en-US',
        model: 'phone_call',
        useEnhanced: true,
        speechContexts: [{ phrases: ['yes', 'no'], boost: 10 }],
      },
      interimResults: true,
      enableVoiceActivityEvents: true,
    });
  });

  test('no phrases, no adaptation', () => {
    expect(JSON.stringify(serializeConfig(hebrew, []))).not.toContain('adaptation');
  });

  test('audio goes in the field of the version', () => {
    const mulaw = new Uint8Array(160);
    expect(serializeAudio('v2', mulaw)).toEqual({ audio: mulaw });
    expect(serializeAudio('v1', mulaw)).toEqual({ audioContent: mulaw });
  });
});
