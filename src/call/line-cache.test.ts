import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProviderError } from '../core/errors.ts';
import type { TextToSpeech } from '../providers/contracts.ts';
import { LineCache } from './line-cache.ts';
import { createSpeechFolder } from './speech-store.ts';

const down = new ProviderError(
  { provider: 'acme', operation: 'tts', code: 'provider-unavailable', retryable: true },
  'is down',
);

/** A voice whose every byte is `byte`, and which notes what it was asked to say. */
function voiceOf(name: string, byte: number, asked: string[] = [], fails = false): TextToSpeech {
  return {
    name,
    open: () => ({
      async *synthesize(text) {
        asked.push(text);
        if (fails) throw down;
        yield { encoding: 'mulaw', data: new Uint8Array(800).fill(byte) };
      },
      close: async () => {},
    }),
    close: async () => {},
  };
}

describe('the cache of lines', () => {
  let folder: string;
  const errors: unknown[] = [];
  const { signal } = new AbortController();
  const open = (voice: TextToSpeech, standIn = voice, at = folder) =>
    new LineCache({
      voice,
      standIn,
      speech: { language: 'en-US' },
      store: createSpeechFolder(at),
      onStoreError: (error) => errors.push(error),
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kav-lines-'));
  });
  afterEach(async () => {
    errors.length = 0;
    await rm(folder, { recursive: true });
  });

  test('a line is spoken once, and the next run of the server finds it', async () => {
    const asked: string[] = [];
    await open(voiceOf('acme', 1, asked)).prepare(['Hello.', 'Hello.'], signal);
    const next = open(voiceOf('acme', 2, asked));
    await next.prepare(['Hello.', 'Room 12.'], signal);
    expect(asked).toEqual(['Hello.', 'Room twelve.']);
    expect(next.get('Hello.')?.[0]).toBe(1);
    expect(await readdir(folder)).toHaveLength(2);
  });

  test('another voice says it again', async () => {
    await open(voiceOf('acme', 1)).prepare(['Hello.'], signal);
    const other = open(voiceOf('other', 2));
    await other.prepare(['Hello.'], signal);
    expect(other.get('Hello.')?.[0]).toBe(2);
  });

  test('a stand-in speaks while the voice is down, and is not kept', async () => {
    const cache = open(voiceOf('acme', 1, [], true), voiceOf('other', 2));
    await cache.prepare(['Hello.'], signal);
    expect(cache.get('Hello.')?.[0]).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  test('with nobody to speak the error is told', async () => {
    await expect(open(voiceOf('acme', 1, [], true)).prepare(['Hello.'], signal)).rejects.toBe(down);
  });

  test('a store that fails costs nothing but the next start', async () => {
    const cache = open(voiceOf('acme', 1), undefined, path.join('/dev/null', 'speech'));
    await cache.prepare(['Hello.'], signal);
    expect(cache.get('Hello.')).toHaveLength(800);
    expect(errors).toHaveLength(2);
  });
});
