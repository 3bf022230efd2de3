import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { googleClientOptions } from './credentials.ts';
import { parseSpeechOptions } from './options.ts';

const KEY = JSON.stringify({ project_id: 'kav', client_email: 'a@b.c', private_key: '-----BEGIN\\nKEY-----\\n' });
const contextOf = (env: Readonly<Record<string, string>>) => ({ clock: new VirtualClock(), env, warn: () => {} });
const withKey = (env: Readonly<Record<string, string>> = {}) =>
  contextOf({ GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: KEY, ...env });
/** A text file that is no JSON. */
const THIS_FILE = new URL(import.meta.url).pathname;
const A_JSON_FILE = new URL('fixtures/stt-failures.json', import.meta.url).pathname;

describe('credentials', () => {
  test('a key on one line, its line feeds repaired', () => {
    const offer = googleClientOptions(withKey(), undefined);
    expect(offer).toMatchObject({ ok: true, projectId: 'kav' });
    expect(offer.ok && offer.options.authClient).toMatchObject({ key: '-----BEGIN\nKEY-----\n' });
  });

  test('without any there is a reason, with the remedy', () => {
    const offer = googleClientOptions(contextOf({}), undefined);
    expect(offer.ok ? '' : offer.reason).toMatch(/GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON.*GOOGLE_APPLICATION_CREDENTIALS/);
  });

  test.each([
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON', '{"private_key": "SECRET'],
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON', '["SECRET"]'],
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON', '{"private_key": "SECRET"}'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/no/such/file.json'],
    ['GOOGLE_APPLICATION_CREDENTIALS', THIS_FILE],
    ['GOOGLE_APPLICATION_CREDENTIALS', A_JSON_FILE],
  ])('%s that is wrong is named, and its content is not', (key, value) => {
    const open = () => googleClientOptions(contextOf({ [key]: value }), undefined);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(key);
    expect(open).not.toThrow('SECRET');
  });

  test.each([
    ['speech.example.com', { apiEndpoint: 'speech.example.com' }],
    ['https://speech.example.com/', { apiEndpoint: 'speech.example.com' }],
    ['speech.example.com:8443', { apiEndpoint: 'speech.example.com', port: 8443 }],
  ])('the endpoint %s is with TLS', (endpoint, options) => {
    const offer = googleClientOptions(withKey(), endpoint);
    expect(offer.ok && offer.options).toMatchObject(options);
    expect(offer.ok && offer.options.sslCreds).toBeUndefined();
  });

  test('http on this machine needs no key', () => {
    const offer = googleClientOptions(contextOf({}), 'http://127.0.0.1:5001');
    expect(offer.ok && offer.options).toMatchObject({ apiEndpoint: '127.0.0.1', port: 5001 });
    expect(offer.ok && offer.options.sslCreds?._isSecure()).toBe(false);
  });

  test.each(['http://speech.example.com', 'not a host', 'host:port'])('the endpoint %s is refused', (endpoint) => {
    expect(() => googleClientOptions(withKey(), endpoint)).toThrow(ConfigError);
  });
});

describe('the recogniser', () => {
  const target = (model: string | undefined, language: string, env = {}) => {
    const offer = parseSpeechOptions(withKey(env), model);
    if (!offer.ok) throw new Error(offer.reason);
    const found = offer.options.targetOf(language);
    return { ...found, host: offer.options.clientOptions(found.location).apiEndpoint };
  };

  test.each([
    [undefined, 'he-IL', 'v2', 'chirp_3', 'iw-IL', 'eu', 'eu-speech.googleapis.com'],
    [undefined, 'en-US', 'v2', 'telephony', 'en-US', 'global', undefined],
    ['telephony', 'de-DE', 'v2', 'telephony', 'de-DE', 'global', undefined],
    ['chirp_2', 'he', 'v2', 'chirp_2', 'iw-IL', 'europe-west4', 'europe-west4-speech.googleapis.com'],
    ['v1', 'he-IL', 'v1', 'default', 'iw-IL', 'global', undefined],
    ['v1', 'en-US', 'v1', 'phone_call', 'en-US', 'global', undefined],
    ['v1/latest_long', 'en-US', 'v1', 'latest_long', 'en-US', 'global', undefined],
  ])('google:%s for %s', (model, language, version, name, languageCode, location, host) => {
    expect(target(model, language)).toEqual({ version, model: name, languageCode, location, projectId: 'kav', host });
  });

  test('a location of one’s own goes before the model’s', () => {
    const found = target(undefined, 'he-IL', { GOOGLE_SPEECH_LOCATION: 'us' });
    expect(found).toMatchObject({ location: 'us', host: 'us-speech.googleapis.com' });
  });

  test('an endpoint of one’s own goes before the location’s', () => {
    const env = { GOOGLE_SPEECH_LOCATION: 'us', GOOGLE_SPEECH_ENDPOINT: 'speech.example.com' };
    expect(target(undefined, 'he-IL', env).host).toBe('speech.example.com');
  });

  test('a model or a location that can be none is refused', () => {
    expect(() => parseSpeechOptions(withKey(), 'a model')).toThrow(ConfigError);
    expect(() => parseSpeechOptions(withKey({ GOOGLE_SPEECH_LOCATION: 'https://eu' }), undefined)).toThrow(ConfigError);
  });

  test('version 2 needs a project', () => {
    const key = JSON.stringify({ client_email: 'a@b.c', private_key: 'k' });
    const context = contextOf({ GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: key });
    expect(() => parseSpeechOptions(context, undefined)).toThrow(/project_id/);
    expect(parseSpeechOptions(context, 'v1').ok).toBe(true);
  });
});
