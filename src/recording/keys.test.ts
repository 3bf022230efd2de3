import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOfRecording, keyOfTenant, parseRecordingKeys } from './keys.ts';
import { keysFrom, newKey } from './recording.fixture.ts';

describe('the keys of recordings', () => {
  test('the first encrypts, all open', () => {
    const keys = keysFrom(`2026:${newKey()}, 2025:${randomBytes(32).toString('hex')}`);
    expect(keys.current.id).toBe('2026');
    expect([...keys.byId.keys()]).toEqual(['2026', '2025']);
  });

  test('a key may be hex, base64 or base64url, with padding or without', () => {
    const bytes = randomBytes(32);
    const base64 = bytes.toString('base64');
    const written = [bytes.toString('hex'), base64, base64.replace('=', ''), bytes.toString('base64url')];
    for (const text of written) {
      expect(keysFrom(text).current.secret.export().equals(bytes)).toBe(true);
    }
    // Without an id the key is its own name, however it is written.
    expect(new Set(written.map((text) => keysFrom(text).current.id)).size).toBe(1);
    expect(keysFrom(written[0]!).current.id).toMatch(/^[0-9a-f]{8}$/);
  });

  test('two keys without ids are told apart', () => {
    expect(keysFrom(`${newKey()},${newKey()}`).byId.size).toBe(2);
  });

  const key = newKey();
  test.each([
    ['nothing', '', 'key 1 is not 32 bytes'],
    ['a password', 'hunter2', 'key 1 is not 32 bytes'],
    ['16 bytes', randomBytes(16).toString('hex'), 'key 1 is not 32 bytes'],
    ['a comma at the end', `a:${key},`, 'key 2 is not 32 bytes'],
    ['one id twice', `a:${key},a:${newKey()}`, 'key 2 has an id that is there twice'],
    ['an id with a space', `a b:${key}`, 'key 1 has an id that is not'],
    ['an empty id', `:${key}`, 'key 1 has an id that is not'],
    ['zeros', '0'.repeat(64), 'key 1 is one byte repeated'],
  ])('%s is refused without repeating it', (_name, text, problem) => {
    const parsed = parseRecordingKeys(text);
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect(JSON.stringify(parsed)).not.toContain(text.slice(2) || 'never');
  });

  test('each recording has a key of its own', () => {
    const { current } = keysFrom(key);
    const own = (recordingId: string, tenant = 'home'): string =>
      keyOfRecording(current, { tenant, recordingId }).export().toString('hex');
    expect(own('a')).toBe(own('a'));
    expect(own('a')).not.toBe(own('b'));
    expect(own('a')).not.toBe(own('a', 'away'));
    expect(own('a')).not.toBe(current.secret.export().toString('hex'));
  });

  test("each tenant has one that opens nothing of another's", () => {
    const { current } = keysFrom(key);
    const own = (tenant: string): string => keyOfTenant(current, tenant).export().toString('hex');
    expect(own('home')).toBe(own('home'));
    expect(own('home')).not.toBe(own('away'));
  });
});
