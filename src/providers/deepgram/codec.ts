/**
 * Deepgram's live transcription, as text. Pure.
 * Sources: https://developers.deepgram.com/reference/speech-to-text/listen-streaming and the pages that
 * `fixtures/README.md` names.
 */
import { z } from 'zod';
import type { ProviderError } from '../../core/errors.ts';
import { brokenAnswer, errorOfStatus, unreachable, type VendorOperation } from '../vendor-error.ts';
import { languageQuery } from './language.ts';
import type { DeepgramOptions } from './options.ts';

export const DEEPGRAM: VendorOperation = { provider: 'deepgram', operation: 'stt' };

export const KEEP_ALIVE = '{"type":"KeepAlive"}';
export const FINALIZE = '{"type":"Finalize"}';
export const CLOSE_STREAM = '{"type":"CloseStream"}';

export type DeepgramMessage =
  | {
      readonly type: 'results';
      readonly text: string;
      /** These words are not going to change. */
      readonly isFinal: boolean;
      /** The answer to `Finalize`; it may be left out when there was nothing to flush. */
      readonly fromFinalize: boolean;
      /** Of the audio sent on this socket. */
      readonly endMs: number;
    }
  | { readonly type: 'error'; readonly detail: string }
  /** Metadata, SpeechStarted, UtteranceEnd (turns are taken elsewhere), and whatever later versions add. */
  | { readonly type: 'notice' }
  | { readonly type: 'malformed' };

const Results = z.object({
  start: z.number(),
  duration: z.number(),
  is_final: z.boolean(),
  from_finalize: z.boolean().optional(),
  channel: z.object({ alternatives: z.array(z.object({ transcript: z.string() })) }),
});
/** The SDKs know `variant` and `description`, the newer pages `code`. */
const ErrorMessage = z.object({
  code: z.string().optional(),
  variant: z.string().optional(),
  description: z.string().optional(),
});

export function parseMessage(text: string): DeepgramMessage {
  const message = parseObject(text);
  if (typeof message?.['type'] !== 'string') return { type: 'malformed' };
  if (message['type'] === 'Results') return parseResults(message);
  if (message['type'] !== 'Error') return { type: 'notice' };
  const { code, variant, description } = ErrorMessage.safeParse(message).data ?? {};
  return { type: 'error', detail: [code ?? variant, description].filter(Boolean).join(', ') || 'an error' };
}

function parseResults(message: unknown): DeepgramMessage {
  const { data } = Results.safeParse(message);
  if (!data) return { type: 'malformed' };
  return {
    type: 'results',
    text: data.channel.alternatives[0]?.transcript ?? '',
    isFinal: data.is_final,
    fromFinalize: data.from_finalize === true,
    // Seconds in binary fractions: 1.12 s is 1120.0000000000002 ms.
    endMs: Math.round((data.start + data.duration) * 1000),
  };
}

/** Nova-3 takes 500 tokens of key terms: https://developers.deepgram.com/docs/keyterm. A Hebrew letter may be one. */
const MAX_KEYTERM_CHARACTERS = 400;
/** Longer than the pause that ends an utterance here, so that it only cuts speech that our detector did not hear. */
const ENDPOINTING_MS = 600;

export interface ListenRequest {
  readonly options: DeepgramOptions;
  readonly language: string;
  readonly phrases: readonly string[];
}

export function serializeListenUrl({ options, language, phrases }: ListenRequest): string {
  const query = new URLSearchParams({
    model: options.model,
    ...languageQuery(language, options.model),
    encoding: 'mulaw',
    sample_rate: '8000',
    channels: '1',
    interim_results: 'true',
    endpointing: String(ENDPOINTING_MS),
    punctuate: 'true',
    smart_format: 'true',
  });
  if (options.model.startsWith('nova-3')) for (const term of keytermsOf(phrases)) query.append('keyterm', term);
  return `${options.listenUrl}?${query}`;
}

function keytermsOf(phrases: readonly string[]): readonly string[] {
  let characters = 0;
  return [...new Set(phrases)].filter((phrase) => {
    characters += phrase.length;
    return phrase.trim() !== '' && characters <= MAX_KEYTERM_CHARACTERS;
  });
}

/** Of a refused upgrade: the `dg-error` header, or the error object of https://developers.deepgram.com/docs/errors. */
export function refusalDetail(headers: Readonly<Record<string, unknown>>, body: string): string {
  const header = headers['dg-error'];
  if (typeof header === 'string') return header;
  const error = parseObject(body);
  return [error?.['err_code'] ?? error?.['category'], error?.['err_msg'] ?? error?.['message']]
    .filter((part) => typeof part === 'string')
    .join(', ');
}

/** https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors */
export function errorOfClose(code: number, reason: string): ProviderError {
  const detail = `closed the socket with ${code}${reason === '' ? '' : ` ${reason}`}`;
  // DATA-0000: what was sent is no audio that it knows. To send it again is no help.
  if (code === 1008) return errorOfStatus(DEEPGRAM, { status: 400, detail });
  // NET-0000: it had nothing to say for too long. NET-0001: it heard nothing for too long.
  return code === 1011 ? brokenAnswer(DEEPGRAM, detail) : unreachable(DEEPGRAM, detail);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the callers say what it means to them
  }
}
