import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { wsUrl } from '../twilio/public-origin.ts';
import { authTokensOf, parseEnvironment, publicOriginOf, recordingKeysFor } from './config.ts';
import { VARIABLES } from './environment.ts';

describe('the environment', () => {
  test('empty is valid, and every default is the documented one', () => {
    const environment = parseEnvironment({});
    expect(environment).toMatchObject({
      PORT: 8080,
      EOU_MS: 450,
      BARGE_IN: true,
      VAD_RMS: 210,
      DEDUP_WINDOW_SEC: 8,
      PLAYOUT_LEAD_MS: 200,
    });
    for (const { name, fallback, schema } of VARIABLES) {
      const value = schema.safeParse(undefined).data;
      if (typeof value === 'number' || typeof value === 'boolean') expect(String(value), name).toBe(fallback);
    }
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['EOU_MS', '4.5'],
    ['EOU_MS', '-1'],
    ['BARGE_IN', 'maybe'],
    ['VAD_RMS', 'loud'],
    ['DEDUP_WINDOW_SEC', '1e9'],
    ['PLAYOUT_LEAD_MS', '2000'],
    ['PUBLIC_BASE_URL', 'voice.example.com'],
    ['LOG_LEVEL', 'verbose'],
    ['TWILIO_ACCOUNT_SID', 'AC123'],
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON', '{ "type": "service_account",'],
    ['DATABASE_URL', 'mysql://localhost/kav'],
    ['KAV_RECORDING_KEY', 'a password that somebody likes'],
  ])('%s=%s is refused in one line that names it', (name, value) => {
    expect(() => parseEnvironment({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'config-invalid', key: name }),
    );
    try {
      parseEnvironment({ [name]: value });
    } catch (error) {
      expect((error as Error).message).toMatch(new RegExp(`^${name}: [^\\n]+$`));
    }
  });

  test('EoU_MS is EOU_MS, and the proper spelling wins', () => {
    expect(parseEnvironment({ EoU_MS: '600' }).EOU_MS).toBe(600);
    expect(parseEnvironment({ EoU_MS: '600', EOU_MS: '300' }).EOU_MS).toBe(300);
  });

  test('empty and blank values count as not set', () => {
    expect(parseEnvironment({ PORT: '', EOU_MS: '  ' })).toMatchObject({ PORT: 8080, EOU_MS: 450 });
  });
});

describe('the public origin', () => {
  const streamUrl = (raw: Record<string, string>): string | undefined => {
    const origin = publicOriginOf(parseEnvironment(raw));
    return origin && wsUrl(origin, '/ws/twilio-media');
  };

  test.each([
    [{ PUBLIC_BASE_URL: 'https://a.example.com', PUBLIC_HOST: 'b.example.com' }, 'wss://a.example.com/ws/twilio-media'],
    [{ PUBLIC_HOST: 'b.example.com' }, 'wss://b.example.com/ws/twilio-media'],
    [{ PUBLIC_HOST: 'https://b.example.com/' }, 'wss://b.example.com/ws/twilio-media'],
    [{ PUBLIC_HOST: 'wss://b.example.com:8443//' }, 'wss://b.example.com:8443/ws/twilio-media'],
    [{}, undefined],
  ])('%o → %s', (raw, url) => {
    expect(streamUrl(raw)).toBe(url);
  });

  test('a host that is none is refused by its name', () => {
    expect(() => streamUrl({ PUBLIC_HOST: 'not a host' })).toThrow(/^PUBLIC_HOST: /);
  });
});

describe('auth tokens', () => {
  test('two tokens serve during a rotation', async () => {
    expect(await authTokensOf(parseEnvironment({ TWILIO_AUTH_TOKEN: 'new, old' }))).toEqual(['new', 'old']);
  });

  test('without one, each data directory has its own, made once, readable by its owner only', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kav-test-'));
    try {
      const environment = parseEnvironment({ KAV_DATA_DIR: path.join(folder, 'data') });
      const starts = await Promise.all(Array.from({ length: 8 }, () => authTokensOf(environment)));
      expect(new Set(starts.flat()).size).toBe(1);
      expect(starts[0]![0]).toMatch(/^[0-9a-f]{32}$/);
      const file = path.join(folder, 'data', 'auth-token');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readFile(file, 'utf8')).toBe(starts[0]![0]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the keys of recordings', () => {
  const recording = { consent: 'This call is recorded.', segmentSeconds: 10 };
  const key = 'k1:'.concat('0123456789abcdef'.repeat(4));

  test('are not needed by an agent that does not record', () => {
    expect(recordingKeysFor({ name: 'Desk' }, parseEnvironment({}))).toBeUndefined();
    expect(recordingKeysFor({ name: 'Desk' }, parseEnvironment({ KAV_RECORDING_KEY: key }))).toBeUndefined();
  });

  test('must be there for one that does', () => {
    const keys = recordingKeysFor({ name: 'Desk', recording }, parseEnvironment({ KAV_RECORDING_KEY: key }));
    expect(keys?.current.id).toBe('k1');
    expect(() => recordingKeysFor({ name: 'Desk', recording }, parseEnvironment({}))).toThrow(
      /^KAV_RECORDING_KEY: is not set, and Desk records its calls\. Make a key with/,
    );
  });

  test('a wrong one is not repeated in the error', () => {
    const secret = 'hunter2hunter2';
    expect(() => parseEnvironment({ KAV_RECORDING_KEY: secret })).toThrow(expect.not.stringContaining(secret));
    expect(() => parseEnvironment({ KAV_RECORDING_KEY: secret })).toThrow(/^KAV_RECORDING_KEY: key 1 is not 32 bytes/);
  });
});
