import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { serializeRequest } from './http-session.ts';
import { defaultModel, enforcedLanguage, hasSocket, knowsLanguage } from './models.ts';
import { type ElevenLabsOptions, parseOptions, socketUrl, streamUrl } from './options.ts';
import { parseServerMessage, serializeSentence } from './socket-codec.ts';
import { SpokenCharacters } from './spoken.ts';
import { errorOfAnswer, errorOfClose, errorOfName } from './vendor-fault.ts';

const lines = (name: string): string[] =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

describe('the socket codec', () => {
  test('reads audio, alignment and the end of a context, in both spellings', () => {
    const [first, second, guide, last] = lines('socket-speech.jsonl').map(parseServerMessage);
    expect(first).toMatchObject({ type: 'speech', contextId: 'kav-1', audio: '/39//w==', isFinal: false });
    expect(first).toMatchObject({ alignment: { chars: ['1', '0', ' ', 'h'], charStartTimesMs: [0, 70, 139, 163] } });
    expect(second).toMatchObject({ audio: 'f/9/', alignment: undefined });
    expect(guide).toMatchObject({ type: 'speech', contextId: 'kav-2', isFinal: false });
    expect(last).toMatchObject({ contextId: 'kav-1', audio: undefined, isFinal: true });
  });

  test('reads errors by name', () => {
    expect(lines('socket-errors.jsonl').map(parseServerMessage)).toEqual(
      ['max_active_conversations', 'invalid_input_message', 'invalid_api_key', 'quota_exceeded'].map((name) => ({
        type: 'error',
        name,
      })),
    );
  });

  test('a broken alignment costs no audio, broken audio is no message', () => {
    expect(parseServerMessage('{"audio":"f/8=","contextId":"a","alignment":{"chars":7}}')).toMatchObject({
      audio: 'f/8=',
      alignment: undefined,
    });
    for (const text of ['{"audio":7,"contextId":"a"}', '{"audio":"AAA', '[]', 'null', '"speech"']) {
      expect(parseServerMessage(text)).toBeUndefined();
    }
  });

  test('a sentence is a context that is opened, filled, flushed and closed', () => {
    expect(serializeSentence('kav-1', 'Hello there.')).toEqual(lines('socket-sentence.jsonl'));
    expect(serializeSentence('a', 'half \ud83d a face')[1]).toContain('half \ufffd a face');
  });
});

describe('errors of the vendor', () => {
  test('refusals: the key is the operator’s to mend, a quota is not retried, a full line is', () => {
    const errors = lines('refusals.jsonl').map((line) => {
      const { status, body } = JSON.parse(line) as { status: number; body: unknown };
      return errorOfAnswer({ status, retryAfter: status === 429 ? '2' : null }, JSON.stringify(body));
    });
    expect(errors.map(({ code, retryable, retryAfterMs }) => [code, retryable, retryAfterMs])).toEqual([
      ['provider-misconfigured', false, undefined],
      ['provider-failed', false, undefined],
      ['provider-failed', false, undefined],
      ['provider-failed', true, 2_000],
      ['provider-failed', false, undefined],
    ]);
    expect(errors.map(({ message }) => message).join()).not.toContain('own words');
    expect(errors[1]?.message).toContain('quota_exceeded');
  });

  test('messages and closes of the socket', () => {
    expect(errorOfName('invalid_api_key')).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    expect(errorOfName('quota_exceeded')).toMatchObject({ code: 'provider-failed', retryable: false });
    expect(errorOfName('max_active_conversations')).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(errorOfName('A sentence of the caller.').message).not.toContain('caller');
    expect(errorOfClose(1008, 'Invalid API key')).toMatchObject({ code: 'provider-misconfigured' });
    expect(errorOfClose(1008, 'This request exceeds your quota')).toMatchObject({ retryable: false });
    expect(errorOfClose(1008, 'Have not received a new text input')).toMatchObject({ code: 'provider-unavailable' });
    expect(errorOfClose(1006, '')).toMatchObject({ code: 'provider-unavailable', retryable: true });
  });
});

describe('models', () => {
  test('Hebrew, in either code, is spoken by eleven_v3 alone, which has no socket', () => {
    for (const language of ['he', 'he-IL', 'iw-IL']) {
      expect(defaultModel(language)).toBe('eleven_v3');
      expect(knowsLanguage('eleven_flash_v2_5', language)).toBe(false);
      expect(knowsLanguage('eleven_multilingual_v2', language)).toBe(false);
    }
    expect(hasSocket('eleven_v3')).toBe(false);
    expect(defaultModel('en-US')).toBe('eleven_flash_v2_5');
    expect(hasSocket('eleven_flash_v2_5')).toBe(true);
    expect(knowsLanguage('a_model_of_next_year', 'he-IL')).toBe(true);
  });

  test('a language is enforced only where the vendor takes it', () => {
    expect(enforcedLanguage('eleven_flash_v2_5', 'de-AT')).toBe('de');
    expect(enforcedLanguage('eleven_flash_v2_5', 'he-IL')).toBeUndefined();
    expect(enforcedLanguage('eleven_v3', 'he-IL')).toBeUndefined();
  });
});

describe('options', () => {
  const parsed = (env: Record<string, string>, model?: string) => parseOptions(env, model) as ElevenLabsOptions;
  const choice = { model: 'eleven_flash_v2_5', voice: 'a/b', language: 'en-US' };

  test('an endpoint by http or https, with or without a path and a slash', () => {
    const here = parsed({ ELEVENLABS_API_KEY: ' k ', ELEVENLABS_BASE_URL: 'http://10.0.0.1:81/eleven/' });
    expect(here.key).toBe('k');
    expect(streamUrl(here, 'v')).toBe('http://10.0.0.1:81/eleven/v1/text-to-speech/v/stream?output_format=ulaw_8000');
    const url = new URL(socketUrl(parsed({ ELEVENLABS_API_KEY: 'k' }), choice));
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.elevenlabs.io/v1/text-to-speech/a%2Fb/multi-stream-input');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      model_id: 'eleven_flash_v2_5',
      output_format: 'ulaw_8000',
      language_code: 'en',
      sync_alignment: 'true',
    });
  });

  test('wrong values name the key and never show it', () => {
    expect(parseOptions({}, undefined)).toContain('ELEVENLABS_API_KEY');
    expect(() => parsed({ ELEVENLABS_API_KEY: 'k', ELEVENLABS_BASE_URL: 'ftp://x' })).toThrow(ConfigError);
    expect(() => parsed({ ELEVENLABS_API_KEY: 'sec\nret' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('ret\n') }),
    );
    expect(() => parsed({ ELEVENLABS_API_KEY: 'k' }, 'a model')).toThrow(ConfigError);
  });

  test('the request of a model without a socket', () => {
    expect(JSON.parse(serializeRequest('שלום', { ...choice, model: 'eleven_v3', language: 'he-IL' }))).toEqual({
      text: 'שלום',
      model_id: 'eleven_v3',
    });
  });
});

describe('spoken characters', () => {
  const alignment = (text: string, stepMs: number) => ({
    chars: [...text],
    charStartTimesMs: [...text].map((_, i) => i * stepMs),
  });

  test('follow the audio, though the alignment came ahead of it', () => {
    const spoken = new SpokenCharacters('Hello you.');
    expect(spoken.heard(250, alignment(' Hello you. ', 50), undefined)).toBe('Hell'.length);
    expect(spoken.heard(250, undefined, undefined)).toBe('Hello you'.length);
    expect(spoken.heard(250, undefined, undefined)).toBe('Hello you.'.length);
  });

  test('count an emoji as the two units that it is, and doubled spaces once', () => {
    const text = 'a 👍  b';
    const spoken = new SpokenCharacters(text);
    expect(spoken.heard(1_000, alignment('a 👍 b ', 50), undefined)).toBe(text.length);
  });

  test('stop where normalised text leaves the original', () => {
    const spoken = new SpokenCharacters('At 10 we open.');
    expect(spoken.heard(1_000, undefined, alignment('At ten we open.', 20))).toBe('At '.length);
  });

  test('are not told when the vendor tells nothing', () => {
    expect(new SpokenCharacters('Hello.').heard(400, undefined, undefined)).toBeUndefined();
  });
});
