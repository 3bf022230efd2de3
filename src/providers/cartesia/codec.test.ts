import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { parseServerMessage, serializeCancel, serializeGeneration } from './codec.ts';
import { type CartesiaOptions, DEFAULT_VOICE, knowsLanguage, languageCode, parseOptions } from './options.ts';
import { SpokenCharacters } from './spoken.ts';
import { errorOfAnswer, errorOfClose, errorOfFault } from './vendor-fault.ts';

const lines = (name: string): string[] =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

describe('the codec', () => {
  test('a generation and its cancellation, as documented', () => {
    const request = {
      model: 'sonic-3',
      voice: DEFAULT_VOICE,
      language: 'he',
      contextId: 'kav-1',
      text: 'שלום, מדברת לאה.',
    };
    expect([serializeGeneration(request), serializeCancel('kav-1')]).toEqual(lines('generation.jsonl'));
    expect(serializeGeneration({ ...request, text: 'half \ud83d a face' })).toContain('half \ufffd a face');
    expect(JSON.parse(serializeGeneration({ ...request, language: undefined }))).not.toHaveProperty('language');
  });

  test('what the server says', () => {
    expect(lines('speech.jsonl').map(parseServerMessage)).toEqual([
      { type: 'chunk', contextId: 'kav-1', data: 'aSDinaTvuI8gbWludGxpZnk=' },
      expect.objectContaining({ type: 'timestamps', words: expect.objectContaining({ start: [0, 0.5] }) }),
      { type: 'other' },
      { type: 'other' },
      { type: 'done', contextId: 'kav-1' },
    ]);
    for (const text of ['{"type":"chunk","context_id":"a","data":7}', '{"type":"chunk"', '{}', 'null', '[]', '7']) {
      expect(parseServerMessage(text)).toBeUndefined();
    }
  });

  test('errors, in the new form and in the old', () => {
    expect(lines('errors.jsonl').map(parseServerMessage)).toEqual([
      { type: 'error', contextId: 'kav-1', status: 429, name: 'concurrency_limited' },
      { type: 'error', contextId: 'kav-1', status: 400, name: 'model_not_found' },
      { type: 'error', contextId: undefined, status: 500, name: '' },
      { type: 'error', contextId: 'kav-1', status: 400, name: '' },
    ]);
  });

  test('what they mean', () => {
    expect(errorOfFault({ status: 429 }, 'concurrency_limited')).toMatchObject({
      code: 'provider-failed',
      retryable: true,
    });
    expect(errorOfFault({ status: 429 }, 'quota_exceeded')).toMatchObject({
      code: 'provider-failed',
      retryable: false,
    });
    expect(errorOfFault({ status: 400 }, 'a sentence of the caller').message).not.toContain('caller');
    expect(errorOfAnswer({ status: 401 }, '<html>')).toMatchObject({
      code: 'provider-misconfigured',
      retryable: false,
    });
    expect(errorOfAnswer({ status: 429, retryAfter: '2' }, '{}')).toMatchObject({ retryAfterMs: 2_000 });
    expect(errorOfClose(1008, 'Invalid API key')).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    expect(errorOfClose(1000, 'connection idle timeout')).toMatchObject({ code: 'provider-unavailable' });
  });
});

describe('options', () => {
  const parsed = (env: Record<string, string>, model?: string) =>
    parseOptions({ CARTESIA_API_KEY: 'k', ...env }, model) as CartesiaOptions;

  test('the socket’s URL, without the key in it', () => {
    expect(parsed({})).toMatchObject({
      model: 'sonic-3',
      url: 'wss://api.cartesia.ai/tts/websocket?cartesia_version=2026-03-01',
    });
    expect(parsed({ CARTESIA_BASE_URL: 'http://10.0.0.1:81/c/' }).url).toMatch(
      /^ws:\/\/10\.0\.0\.1:81\/c\/tts\/websocket\?/,
    );
  });

  test('wrong values name the key and never show it', () => {
    expect(parseOptions({}, undefined)).toContain('CARTESIA_API_KEY');
    expect(() => parsed({ CARTESIA_BASE_URL: 'wherever' })).toThrow(ConfigError);
    expect(() => parsed({}, 'a model')).toThrow(ConfigError);
    expect(() => parsed({ CARTESIA_API_KEY: 'sec\nret' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('ret\n') }),
    );
  });

  test('languages', () => {
    expect([languageCode('he-IL'), languageCode('iw'), languageCode('en-US'), languageCode('fil-PH')]).toEqual([
      'he',
      'he',
      'en',
      'tl',
    ]);
    expect(knowsLanguage('sonic-3', 'he-IL')).toBe(true);
    expect(knowsLanguage('sonic-3-2026-01-12', 'sw-KE')).toBe(false);
    expect(knowsLanguage('sonic-2', 'he-IL')).toBe(false);
    expect(knowsLanguage('sonic-3.5', 'sw-KE')).toBe(true);
  });
});

describe('spoken characters', () => {
  test('follow the audio, word by word, whatever was read out differently', () => {
    const text = 'At 10, “we” open.';
    const spoken = new SpokenCharacters(text);
    expect(spoken.heard(100)).toBeUndefined();
    spoken.timed({ words: ['At', 'ten', 'we', 'open.'], start: [0, 0.2, 0.5, 0.8] });
    expect(spoken.heard(100)).toBe('At'.length);
    expect(spoken.heard(400)).toBe('At 10, “we'.length);
    expect(spoken.heard(400)).toBe(text.length);
  });
});
