/**
 * Twilio's error codes that a phone agent meets, explained. Codes, names and levels are Twilio's
 * (https://www.twilio.com/docs/api/errors); the rest says what to do about it here.
 */
import { RELAY_ERRORS } from './error-codes-relay.ts';
import { STREAM_ERRORS } from './error-codes-stream.ts';
import { WEBHOOK_ERRORS } from './error-codes-webhook.ts';
import type { TwilioError } from './twilio-error.ts';

export type { TwilioError };

/** In the order of codes. */
export const TWILIO_ERRORS: readonly TwilioError[] = [...WEBHOOK_ERRORS, ...STREAM_ERRORS, ...RELAY_ERRORS].sort(
  (a, b) => a.code - b.code,
);

const BY_CODE: ReadonlyMap<number, TwilioError> = new Map(TWILIO_ERRORS.map((error) => [error.code, error]));

export function explainTwilioError(code: number): TwilioError | undefined {
  return BY_CODE.get(code);
}

/**
 * The error behind the `StreamError` text of a stream status callback, which is a title ("Stream - Websocket -
 * Protocol Error") and no code. A stream code written in the text wins; letter case, dashes and the leading
 * "Stream - WebSocket" do not matter. Undefined when the text is none of Twilio's.
 */
export function explainStreamError(text: string): TwilioError | undefined {
  const code = /(?<!\d)319\d\d(?!\d)/.exec(text)?.[0];
  const named = code === undefined ? undefined : BY_CODE.get(Number(code));
  return named ?? STREAM_ERRORS.find((error) => normalize(error.name) === normalize(text));
}

function normalize(name: string): string {
  const words = name.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
  return words.trim().replace(/^(?:stream )?(?:(?:websocket|media|protocol) (?=.* ))?/, '');
}
