/**
 * OpenAI's transcription sessions, as text. Pure.
 * Sources: https://developers.openai.com/api/docs/guides/realtime-transcription and the references of client and server
 * events that `fixtures/stt-README.md` names.
 */
import { z } from 'zod';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import { brokenAnswer, unreachable, type VendorOperation } from '../vendor-error.ts';

export const OPENAI_STT: VendorOperation = { provider: 'openai', operation: 'stt' };

/** Of an `error`, never its message: that may quote the key or the request. */
export interface TranscriptionFault {
  readonly type: string;
  readonly code: string;
  readonly param: string;
  /** Our own id of the event that it is about. */
  readonly eventId: string;
}

export type TranscriptionMessage =
  | { readonly type: 'committed'; readonly itemId: string }
  | { readonly type: 'delta'; readonly itemId: string; readonly text: string }
  | { readonly type: 'completed'; readonly itemId: string; readonly text: string }
  | { readonly type: 'fault'; readonly fault: TranscriptionFault }
  | { readonly type: 'notice' }
  | { readonly type: 'malformed' };

const TRANSCRIPTION = 'conversation.item.input_audio_transcription.';
const Committed = z.object({ item_id: z.string() });
const Delta = z.object({ item_id: z.string(), delta: z.string().optional() });
const Completed = z.object({ item_id: z.string(), transcript: z.string() });
const Detail = z.string().nullish().catch(undefined);
const Faulty = z.object({
  error: z.object({ type: Detail, code: Detail, param: Detail, event_id: Detail }),
});

export function parseTranscriptionMessage(text: string): TranscriptionMessage {
  const message = parseObject(text);
  switch (message?.['type']) {
    case 'input_audio_buffer.committed': {
      const { data } = Committed.safeParse(message);
      return data ? { type: 'committed', itemId: data.item_id } : MALFORMED;
    }
    case `${TRANSCRIPTION}delta`: {
      const { data } = Delta.safeParse(message);
      return data ? { type: 'delta', itemId: data.item_id, text: data.delta ?? '' } : MALFORMED;
    }
    case `${TRANSCRIPTION}completed`: {
      const { data } = Completed.safeParse(message);
      return data ? { type: 'completed', itemId: data.item_id, text: data.transcript } : MALFORMED;
    }
    case `${TRANSCRIPTION}failed`:
    case 'error':
      return { type: 'fault', fault: parseFault(message) };
    default:
      return typeof message?.['type'] === 'string' ? { type: 'notice' } : MALFORMED;
  }
}

const MALFORMED = { type: 'malformed' } as const;

function parseFault(message: unknown): TranscriptionFault {
  const error = Faulty.safeParse(message).data?.error;
  return {
    type: error?.type ?? '',
    code: error?.code ?? '',
    param: error?.param ?? '',
    eventId: error?.event_id ?? '',
  };
}

/** Too little audio for a transcription, 100 ms: an utterance without words. */
export function isEmptyCommit({ code }: TranscriptionFault): boolean {
  return code === 'input_audio_buffer_commit_empty';
}

export function errorOfFault(fault: TranscriptionFault): ProviderError {
  const { type, code, param } = fault;
  const detail = [type, code, param].filter((part) => part !== '').join(', ') || 'an error without a name';
  const is = (pattern: RegExp): boolean => pattern.test(type) || pattern.test(code);
  const failure = (errorCode: ProviderErrorDetails['code'], retryable: boolean): ProviderError =>
    new ProviderError({ ...OPENAI_STT, code: errorCode, retryable }, detail);
  if (is(/api_key|authentication|permission|insufficient_quota|billing|model_not_found/)) {
    return failure('provider-misconfigured', false);
  }
  if (is(/session_expired/)) return failure('provider-unavailable', true);
  return failure('provider-failed', is(/rate_limit|server_error|internal/) || !is(/invalid_request/));
}

/** The error object of https://developers.openai.com/api/docs/guides/error-codes, without its message. */
export function transcriptionRefusalDetail(_headers: unknown, body: string): string {
  const { type, code } = parseFault(parseObject(body));
  return [type, code].filter((part) => part !== '').join(', ');
}

/** The reason holds the type and code of an error, when there was one: `invalid_request_error.invalid_api_key`. */
export function errorOfTranscriptionClose(code: number, reason: string): ProviderError {
  const detail = `closed the socket with ${code}${/^[\w.]+$/.test(reason) ? ` ${reason}` : ''}`;
  if (/api_key|permission|quota/.test(reason)) {
    return new ProviderError({ ...OPENAI_STT, code: 'provider-misconfigured', retryable: false }, detail);
  }
  return code === 1011 ? brokenAnswer(OPENAI_STT, detail) : unreachable(OPENAI_STT, detail);
}

/** They know several languages at once, the older ones one. */
const TAKES_LANGUAGES = /^gpt-(?:live-)?transcribe/;
const ALIASES: Readonly<Record<string, string>> = { iw: 'he', in: 'id', ji: 'yi' };

export function serializeSessionUpdate(model: string, language: string): string {
  const [base = ''] = language.toLowerCase().split('-');
  const code = ALIASES[base] ?? base;
  // ISO 639-1 only; without one the model finds out by itself.
  const hint = code.length !== 2 ? {} : TAKES_LANGUAGES.test(model) ? { languages: [code] } : { language: code };
  return JSON.stringify({
    type: 'session.update',
    event_id: 'session',
    session: {
      type: 'transcription',
      audio: { input: { format: { type: 'audio/pcmu' }, transcription: { model, ...hint }, turn_detection: null } },
    },
  });
}

/** Base64 has no character that JSON must escape. */
export function serializeAppend(base64: string): string {
  return `{"type":"input_audio_buffer.append","audio":"${base64}"}`;
}

export function serializeCommit(eventId: string): string {
  return JSON.stringify({ type: 'input_audio_buffer.commit', event_id: eventId });
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the callers say what it means to them
  }
}
