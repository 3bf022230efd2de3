/**
 * The server's side of the Media Streams protocol, as text: what Twilio sends becomes a `MediaMessage`, what Kav sends
 * is put together by a `MediaEncoder`. Pure; no message makes it throw.
 * Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
import { StateError } from '../core/errors.ts';

export type MalformedKind =
  | 'not-json'
  | 'not-object'
  | 'no-event'
  | 'missing-field'
  | 'wrong-type'
  | 'bad-number'
  | 'bad-base64'
  | 'too-deep';

export interface StartMessage {
  readonly type: 'start';
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
  /** Has no prototype: a parameter named `__proto__` is an ordinary key. */
  readonly customParameters: Readonly<Record<string, string>>;
  readonly encoding: 'audio/x-mulaw';
  readonly sampleRateHz: 8000;
  readonly channels: 1;
  readonly tracks: readonly string[];
}

export interface MediaFrameMessage {
  readonly type: 'media';
  readonly streamSid: string;
  readonly track: 'inbound' | 'outbound';
  readonly chunk: number;
  /** Presentation time since the stream started; the first one is not 0. */
  readonly timestampMs: number;
  /** Padded base64 of at least one byte. */
  readonly payload: string;
}

export interface MalformedMessage {
  readonly type: 'malformed';
  readonly kind: MalformedKind;
  /** Names the field at fault. Never holds a value of the message. */
  readonly detail: string;
}

export type MediaMessage =
  | { readonly type: 'connected' }
  | StartMessage
  | MediaFrameMessage
  | { readonly type: 'mark'; readonly streamSid: string; readonly name: string }
  | { readonly type: 'dtmf'; readonly streamSid: string; readonly digit: string }
  | { readonly type: 'stop'; readonly streamSid: string; readonly callSid: string }
  /** An event of a later protocol; `event` is cut to 64 characters. */
  | { readonly type: 'unknown'; readonly event: string }
  | MalformedMessage;

type Fields = Readonly<Record<string, unknown>>;

const CONNECTED = { type: 'connected' } as const;
const MAX_EVENT_LENGTH = 64;
/** Twilio's deepest message has three levels. */
const MAX_DEPTH = 16;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SID = /^[A-Za-z0-9_-]{1,64}$/;
const DIGIT = /^[0-9A-D*#]$/;

/**
 * A media message exactly as Twilio writes it (captured from a live call): all but a few messages in a thousand are
 * known in one pass. Another order of keys, spacing or escapes is no fault; it is parsed as JSON.
 */
const USUAL_MEDIA =
  /^\{"event":"media","sequenceNumber":"\d{1,15}","media":\{"track":"inbound","chunk":"(\d{1,15})","timestamp":"(\d{1,15})","payload":"([A-Za-z0-9+/]+={0,2})"\},"streamSid":"([A-Za-z0-9]+)"\}$/;

export function parseMediaMessage(text: string): MediaMessage {
  return parseUsualMedia(text) ?? parseAnyMessage(text);
}

function parseUsualMedia(text: string): MediaMessage | undefined {
  const match = USUAL_MEDIA.exec(text);
  if (!match) return undefined;
  const payload = match[3]!;
  if (payload.length % 4 !== 0) return undefined;
  return {
    type: 'media',
    streamSid: match[4]!,
    track: 'inbound',
    chunk: Number(match[1]),
    timestampMs: Number(match[2]),
    payload,
  };
}

function parseAnyMessage(text: string): MediaMessage {
  if (isTooDeep(text)) return malformed('too-deep', `nested more than ${MAX_DEPTH} levels`);
  const message = parseJson(text);
  if (message === undefined) return malformed('not-json', `${text.length} characters`);
  if (!isObject(message)) return malformed('not-object', 'message');
  const event = message['event'];
  if (event === undefined) return malformed('no-event', 'event');
  if (typeof event !== 'string') return malformed('wrong-type', 'event');
  if (event === 'connected') return CONNECTED;
  const body = message[event];
  switch (event) {
    case 'media':
    case 'mark':
    case 'dtmf':
    case 'stop':
    case 'start':
      if (!isObject(body))
        return body === undefined ? malformed('missing-field', event) : malformed('wrong-type', event);
      return parseStreamMessage(event, message, body);
    default:
      return { type: 'unknown', event: event.slice(0, MAX_EVENT_LENGTH) };
  }
}

function parseStreamMessage(
  event: 'media' | 'mark' | 'dtmf' | 'stop' | 'start',
  message: Fields,
  body: Fields,
): MediaMessage {
  const streamSid = message['streamSid'];
  if (typeof streamSid !== 'string') return unexpected(streamSid, 'streamSid');
  const sequence = message['sequenceNumber'];
  // Nothing reads the sequence number, so its absence is no fault; a wrong one tells of a peer that is not Twilio.
  if (sequence !== undefined) {
    if (typeof sequence !== 'string') return malformed('wrong-type', 'sequenceNumber');
    if (parseCounter(sequence) < 0) return malformed('bad-number', 'sequenceNumber');
  }
  switch (event) {
    case 'media':
      return parseMedia(streamSid, body);
    case 'mark':
      return parseMark(streamSid, body);
    case 'dtmf':
      return parseDtmf(streamSid, body);
    case 'stop':
      return parseStop(streamSid, body);
    case 'start':
      return parseStart(streamSid, body);
  }
}

/** Runs 50 times a second per call: no schema, and one object made. */
function parseMedia(streamSid: string, media: Fields): MediaMessage {
  const track = media['track'];
  if (track !== 'inbound' && track !== 'outbound') return unexpected(track, 'media.track');
  const chunkDigits = media['chunk'];
  if (typeof chunkDigits !== 'string') return unexpected(chunkDigits, 'media.chunk');
  const chunk = parseCounter(chunkDigits);
  if (chunk < 0) return malformed('bad-number', 'media.chunk');
  const timestampDigits = media['timestamp'];
  if (typeof timestampDigits !== 'string') return unexpected(timestampDigits, 'media.timestamp');
  const timestampMs = parseCounter(timestampDigits);
  if (timestampMs < 0) return malformed('bad-number', 'media.timestamp');
  const payload = media['payload'];
  if (typeof payload !== 'string') return unexpected(payload, 'media.payload');
  if (payload.length % 4 !== 0 || !BASE64.test(payload)) return malformed('bad-base64', 'media.payload');
  return { type: 'media', streamSid, track, chunk, timestampMs, payload };
}

function parseMark(streamSid: string, mark: Fields): MediaMessage {
  const name = mark['name'];
  return typeof name === 'string' ? { type: 'mark', streamSid, name } : unexpected(name, 'mark.name');
}

function parseDtmf(streamSid: string, dtmf: Fields): MediaMessage {
  const digit = dtmf['digit'];
  if (typeof digit !== 'string' || !DIGIT.test(digit)) return unexpected(digit, 'dtmf.digit');
  return { type: 'dtmf', streamSid, digit };
}

function parseStop(streamSid: string, stop: Fields): MediaMessage {
  const callSid = stop['callSid'];
  return typeof callSid === 'string' ? { type: 'stop', streamSid, callSid } : unexpected(callSid, 'stop.callSid');
}

function parseStart(streamSid: string, start: Fields): MediaMessage {
  const { callSid, accountSid, tracks, mediaFormat } = start;
  if (start['streamSid'] !== streamSid || !SID.test(streamSid))
    return unexpected(start['streamSid'], 'start.streamSid');
  if (typeof callSid !== 'string' || !SID.test(callSid)) return unexpected(callSid, 'start.callSid');
  if (typeof accountSid !== 'string' || !SID.test(accountSid)) return unexpected(accountSid, 'start.accountSid');
  if (!isStrings(tracks)) return unexpected(tracks, 'start.tracks');
  if (!isObject(mediaFormat)) return unexpected(mediaFormat, 'start.mediaFormat');
  const { encoding, sampleRate, channels } = mediaFormat;
  if (encoding !== 'audio/x-mulaw') return unexpected(encoding, 'start.mediaFormat.encoding');
  if (sampleRate !== 8000) return unexpected(sampleRate, 'start.mediaFormat.sampleRate');
  if (channels !== 1) return unexpected(channels, 'start.mediaFormat.channels');
  const customParameters = copyParameters(start['customParameters'] ?? {});
  if (customParameters === undefined) return malformed('wrong-type', 'start.customParameters');
  return {
    type: 'start',
    streamSid,
    callSid,
    accountSid,
    customParameters,
    encoding,
    sampleRateHz: sampleRate,
    channels,
    tracks,
  };
}

function copyParameters(parameters: unknown): Record<string, string> | undefined {
  if (!isObject(parameters)) return undefined;
  const copy: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== 'string') return undefined;
    copy[name] = value;
  }
  return copy;
}

export interface MediaEncoder {
  /** `frame` is µ-law of any length but zero. */
  media(frame: Uint8Array): string;
  mark(name: string): string;
  clear(): string;
}

/** Writes exactly the fields that Twilio takes: one more and it drops the message with warning 31951. */
export function createMediaEncoder(streamSid: string): MediaEncoder {
  const stream = JSON.stringify(streamSid);
  const mediaPrefix = `{"event":"media","streamSid":${stream},"media":{"payload":"`;
  const markPrefix = `{"event":"mark","streamSid":${stream},"mark":{"name":`;
  const clear = `{"event":"clear","streamSid":${stream}}`;
  return {
    media(frame) {
      if (frame.length === 0) throw new StateError('an empty frame was to be sent');
      return `${mediaPrefix}${Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('base64')}"}}`;
    },
    mark: (name) => `${markPrefix}${JSON.stringify(name)}}}`,
    clear: () => clear,
  };
}

/** Decodes a parsed `payload` to the start of `into`; returns the bytes written, at most `into.length`. */
export function decodePayload(payload: string, into: Buffer): number {
  return into.write(payload, 'base64');
}

/** The value of a string of 1 to 15 digits, else -1. */
function parseCounter(digits: string): number {
  if (digits.length === 0 || digits.length > 15) return -1;
  let value = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Whoever walks a parsed value may recurse, so depth is refused before there is a value. Brackets inside strings do not count. */
function isTooDeep(text: string): boolean {
  // A text with few opening brackets cannot nest deep, and searching for them costs nothing beside the scan.
  if (!hasManyBrackets(text)) return false;
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}

function hasManyBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MAX_DEPTH) return true;
    }
  }
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function unexpected(value: unknown, field: string): MalformedMessage {
  return malformed(value === undefined ? 'missing-field' : 'wrong-type', field);
}

function malformed(kind: MalformedKind, detail: string): MalformedMessage {
  return { type: 'malformed', kind, detail };
}
