import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { errorOfClose, parseMessage, refusalDetail, serializeListenUrl } from './codec.ts';
import { languageQuery } from './language.ts';
import { parseOptions } from './options.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const lines = (name: string) => fixture(name).trim().split('\n');

describe('messages from Deepgram', () => {
  test('the documented ones are understood', () => {
    expect(lines('messages.jsonl').map(parseMessage)).toEqual([
      { type: 'results', text: 'another big', isFinal: false, fromFinalize: false, endMs: 1_040 },
      { type: 'results', text: 'Another big problem', isFinal: true, fromFinalize: false, endMs: 2_120 },
      { type: 'results', text: '', isFinal: true, fromFinalize: true, endMs: 2_700 },
      { type: 'notice' },
      { type: 'notice' },
      { type: 'notice' },
      { type: 'error', detail: 'SchemaError, The message could not be understood.' },
      { type: 'error', detail: 'KeytermsNotSupported, This model takes no key terms.' },
      { type: 'notice' },
    ]);
  });

  test.each(lines('malformed.jsonl'))('%s is malformed', (line) => {
    expect(parseMessage(line)).toEqual({ type: 'malformed' });
  });

  test.each(JSON.parse(fixture('refusals.json')) as { headers: object; body: unknown; detail: string }[])(
    'a refusal is told as: $detail',
    ({ headers, body, detail }) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      expect(refusalDetail(headers as Record<string, unknown>, text)).toBe(detail);
    },
  );

  test('close codes become errors as documented', () => {
    expect(errorOfClose(1008, 'DATA-0000')).toMatchObject({ code: 'provider-failed', retryable: false });
    expect(errorOfClose(1011, 'NET-0001')).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(errorOfClose(1006, '')).toMatchObject({ code: 'provider-unavailable', retryable: true });
    expect(errorOfClose(1011, 'NET-0001').message).toContain('1011 NET-0001');
  });
});

describe('the request to Deepgram', () => {
  const options = { apiKey: 'key', listenUrl: 'wss://api.deepgram.com/v1/listen', model: 'nova-3' };

  test('asks for telephone audio, interim results and the agent’s own words', () => {
    const phrases = ['תל אביב', 'rothschild boulevard', 'תל אביב'];
    const url = new URL(serializeListenUrl({ options, language: 'he-IL', phrases }));
    expect(url.origin + url.pathname).toBe('wss://api.deepgram.com/v1/listen');
    expect(url.searchParams.getAll('keyterm')).toEqual(['תל אביב', 'rothschild boulevard']);
    url.searchParams.delete('keyterm');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      model: 'nova-3',
      language: 'he',
      encoding: 'mulaw',
      sample_rate: '8000',
      channels: '1',
      interim_results: 'true',
      endpointing: '600',
      punctuate: 'true',
      smart_format: 'true',
    });
  });

  test('no more key terms than Deepgram takes, and none for a model that takes none', () => {
    const phrases = Array.from({ length: 100 }, (_, i) => `street number ${i}`);
    const termsOf = (model: string) =>
      new URL(serializeListenUrl({ options: { ...options, model }, language: 'en', phrases })).searchParams.getAll(
        'keyterm',
      );
    expect(termsOf('nova-3').length).toBeGreaterThan(10);
    expect(termsOf('nova-3').join('').length).toBeLessThanOrEqual(400);
    expect(termsOf('nova-2-phonecall')).toEqual([]);
  });

  test.each([
    ['he-IL', 'he', undefined],
    ['iw-IL', 'he', undefined],
    ['en-US', 'en-US', undefined],
    ['en-ZA', 'en', undefined],
    ['pt-br', 'pt-BR', undefined],
    ['nb-NO', 'no', undefined],
    ['zh-hant', 'zh-Hant', undefined],
    ['ar-IL', 'multi', 'ar'],
    ['mul', 'multi', undefined],
    ['sw-KE', 'sw', undefined],
  ])('%s is asked for as %s', (bcp47, language, hint) => {
    expect(languageQuery(bcp47, 'nova-3')).toEqual(hint ? { language, language_hint: hint } : { language });
  });
});

describe('Deepgram’s options', () => {
  const env = { DEEPGRAM_API_KEY: ' key ' };

  test('without a key there is a reason, with the remedy', () => {
    const parsed = parseOptions({}, undefined);
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining('set DEEPGRAM_API_KEY') });
  });

  test.each([
    [undefined, 'wss://api.deepgram.com/v1/listen'],
    ['https://api.eu.deepgram.com/', 'wss://api.eu.deepgram.com/v1/listen'],
    ['http://127.0.0.1:9000/deepgram', 'ws://127.0.0.1:9000/deepgram/v1/listen'],
    ['wss://dg.example', 'wss://dg.example/v1/listen'],
  ])('the address %s', (base, listenUrl) => {
    expect(parseOptions({ ...env, DEEPGRAM_BASE_URL: base }, undefined)).toEqual({
      ok: true,
      options: { apiKey: 'key', listenUrl, model: 'nova-3' },
    });
  });

  test.each([
    [{ ...env, DEEPGRAM_BASE_URL: 'api.deepgram.com' }, undefined, 'DEEPGRAM_BASE_URL'],
    [{ ...env, DEEPGRAM_BASE_URL: 'ftp://x' }, undefined, 'DEEPGRAM_BASE_URL'],
    [{ DEEPGRAM_API_KEY: 'two words' }, undefined, 'DEEPGRAM_API_KEY'],
    [env, 'flux-general-en', 'deepgram:flux-general-en'],
    [env, 'nova 3&language=en', 'deepgram:nova 3&language=en'],
  ])('%j with model %s is refused', (bad, model, key) => {
    expect(() => parseOptions(bad, model)).toThrow(ConfigError);
    expect(() => parseOptions(bad, model)).toThrow(expect.objectContaining({ key }));
  });
});
