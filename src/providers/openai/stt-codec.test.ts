import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import {
  errorOfFault,
  errorOfTranscriptionClose,
  isEmptyCommit,
  parseTranscriptionMessage,
  serializeAppend,
  serializeSessionUpdate,
  transcriptionRefusalDetail,
} from './stt-codec.ts';
import { parseTranscriptionOptions } from './stt-options.ts';

const lines = (name: string) =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
const fault = { type: '', code: '', param: '', eventId: '' };

describe('messages of a transcription session', () => {
  test('the documented ones are understood', () => {
    expect(lines('stt-messages.jsonl').map(parseTranscriptionMessage)).toEqual([
      { type: 'notice' },
      { type: 'notice' },
      { type: 'committed', itemId: 'msg_002' },
      { type: 'delta', itemId: 'item_001', text: 'Hello' },
      { type: 'completed', itemId: 'item_CCXGQ4e1ht4cOraEYcuR2', text: 'Hey, can you hear me?' },
      { type: 'fault', fault: { ...fault, type: 'transcription_error', code: 'audio_unintelligible' } },
      {
        type: 'fault',
        fault: { ...fault, type: 'invalid_request_error', code: 'invalid_event', eventId: 'event_567' },
      },
      {
        type: 'fault',
        fault: {
          ...fault,
          type: 'invalid_request_error',
          code: 'input_audio_buffer_commit_empty',
          eventId: 'commit-3',
        },
      },
      { type: 'notice' },
      { type: 'notice' },
    ]);
  });

  test.each(lines('stt-malformed.jsonl'))('%s is malformed', (line) => {
    expect(parseTranscriptionMessage(line)).toEqual({ type: 'malformed' });
  });

  test.each([
    [{ type: 'invalid_request_error', code: 'invalid_api_key' }, 'provider-misconfigured', false],
    [{ type: 'insufficient_quota', code: 'insufficient_quota' }, 'provider-misconfigured', false],
    [{ type: 'invalid_request_error', code: 'model_not_found' }, 'provider-misconfigured', false],
    [{ type: 'invalid_request_error', code: 'invalid_value' }, 'provider-failed', false],
    [{ type: 'invalid_request_error', code: 'session_expired' }, 'provider-unavailable', true],
    [{ type: 'requests', code: 'rate_limit_exceeded' }, 'provider-failed', true],
    [{ type: 'server_error' }, 'provider-failed', true],
    [{}, 'provider-failed', true],
  ])('the fault %j is %s', (details, code, retryable) => {
    expect(errorOfFault({ ...fault, ...details })).toMatchObject({ provider: 'openai', code, retryable });
  });

  test('too little audio is told from other faults', () => {
    expect(isEmptyCommit({ ...fault, code: 'input_audio_buffer_commit_empty' })).toBe(true);
    expect(isEmptyCommit({ ...fault, code: 'invalid_value' })).toBe(false);
  });

  test('neither a refusal nor a close tells the key', () => {
    const error = { message: 'Incorrect API key: sk-123', type: 'invalid_request_error', code: 'invalid_api_key' };
    expect(transcriptionRefusalDetail({}, JSON.stringify({ error }))).toBe('invalid_request_error, invalid_api_key');
    expect(transcriptionRefusalDetail({}, '<html>')).toBe('');
    expect(errorOfTranscriptionClose(3000, 'invalid_request_error.invalid_api_key')).toMatchObject({
      code: 'provider-misconfigured',
    });
    expect(errorOfTranscriptionClose(1011, 'about sk-123')).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(errorOfTranscriptionClose(1011, 'about sk-123').message).not.toContain('sk-123');
    expect(errorOfTranscriptionClose(1006, '')).toMatchObject({ code: 'provider-unavailable', retryable: true });
  });
});

describe('messages to a transcription session', () => {
  test.each([
    ['gpt-live-transcribe', 'he-IL', { languages: ['he'] }],
    ['gpt-4o-transcribe', 'iw-IL', { language: 'he' }],
    ['gpt-4o-mini-transcribe', 'en-US', { language: 'en' }],
    ['gpt-live-transcribe', 'mul', {}],
  ])('the session of %s for %s', (model, language, hint) => {
    expect(JSON.parse(serializeSessionUpdate(model, language))).toEqual({
      type: 'session.update',
      event_id: 'session',
      session: {
        type: 'transcription',
        audio: { input: { format: { type: 'audio/pcmu' }, transcription: { model, ...hint }, turn_detection: null } },
      },
    });
  });

  test('audio goes as base64', () => {
    expect(JSON.parse(serializeAppend('/v8='))).toEqual({ type: 'input_audio_buffer.append', audio: '/v8=' });
  });
});

describe('the options of transcription', () => {
  const vendor = { OPENAI_API_KEY: 'sk-1' };

  test('without a key there is a reason, with the remedy', () => {
    expect(parseTranscriptionOptions({}, undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('set OPENAI_API_KEY'),
    });
  });

  test.each([
    [vendor, 'wss://api.openai.com/v1/realtime?intent=transcription'],
    [
      { ...vendor, OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1/' },
      'ws://127.0.0.1:8000/v1/realtime?intent=transcription',
    ],
    [
      { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1', OPENAI_STT_BASE_URL: 'https://stt.example/v1' },
      'wss://stt.example/v1/realtime?intent=transcription',
    ],
  ])('%j leads to %s', (env, url) => {
    expect(parseTranscriptionOptions(env, undefined)).toMatchObject({
      ok: true,
      options: { url, model: 'gpt-live-transcribe' },
    });
  });

  test('a model that is about to end is pointed out', () => {
    const parsed = parseTranscriptionOptions(vendor, 'gpt-4o-transcribe');
    expect(parsed).toMatchObject({ ok: true, options: { model: 'gpt-4o-transcribe' } });
    expect(parsed.ok && parsed.warning).toContain('gpt-live-transcribe');
    expect(parseTranscriptionOptions(vendor, 'gpt-transcribe')).not.toHaveProperty('warning');
  });

  test.each([
    [{ ...vendor, OPENAI_STT_BASE_URL: 'localhost:8000' }, undefined, 'OPENAI_STT_BASE_URL'],
    [{ ...vendor, OPENAI_BASE_URL: 'file:///x' }, undefined, 'OPENAI_BASE_URL'],
    [{ OPENAI_API_KEY: 'sk 1' }, undefined, 'OPENAI_API_KEY'],
    [vendor, 'gpt 4o', 'openai:gpt 4o'],
  ])('%j with model %s is refused', (env, model, key) => {
    expect(() => parseTranscriptionOptions(env, model)).toThrow(ConfigError);
    expect(() => parseTranscriptionOptions(env, model)).toThrow(expect.objectContaining({ key }));
  });
});
