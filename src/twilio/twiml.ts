/**
 * The TwiML documents Kav answers with, made by the Twilio SDK. Each starts with `<` (a blank before it is error
 * 12100), holds no character that XML 1.0 forbids, and keeps Twilio's limits of size.
 *
 * Imported from the file and not from the package: the whole SDK takes some 130 ms and 27 MB to load, this part 10 ms.
 */
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { StateError } from '../core/errors.ts';
import type { HttpUrl, WsUrl } from './public-origin.ts';
import { chooseSayVoice } from './say-voice.ts';

export interface SpokenLine {
  readonly text: string;
  /** BCP 47. A language that Twilio cannot speak is spoken by the English voice. */
  readonly language: string;
}

export interface ConnectStream {
  readonly streamUrl: WsUrl;
  readonly statusCallbackUrl: HttpUrl;
  /** Asked when the stream has ended, however it did. */
  readonly actionUrl: HttpUrl;
  /** Arrives in `start.customParameters`. Name and value together stay below 500 characters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** URL of a recording to play before the stream opens. */
  readonly play?: string;
  /** Spoken by Twilio's own voice before the stream opens. */
  readonly say?: SpokenLine;
}

/** https://www.twilio.com/docs/voice/twiml/stream: "must be under 500 characters". */
const MAX_PARAMETER_LENGTH = 499;
/** Error 11750 speaks of 64 kB without saying of which kind; this is the smaller. */
const MAX_DOCUMENT_BYTES = 64_000;
/** https://www.twilio.com/docs/api/errors/13521: URL-encoded, the text of one `<Say>` has at most 4500 characters. */
const MAX_SAY_ENCODED_LENGTH = 4500;

// What XML 1.0 (section 2.2) forbids, and the control characters U+007F to U+009F that it discourages.
const UNSPEAKABLE = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Throws `StateError` when a parameter or the document is too long: both are ours. */
export function connectStreamTwiml(options: ConnectStream): string {
  const response = new VoiceResponse();
  if (options.play !== undefined) response.play(dropControls(options.play));
  if (options.say !== undefined) addSay(response, options.say);
  const stream = response
    .connect({ action: dropControls(options.actionUrl) })
    .stream({ url: dropControls(options.streamUrl), statusCallback: dropControls(options.statusCallbackUrl) });
  for (const [rawName, rawValue] of Object.entries(options.parameters)) {
    const name = dropControls(rawName);
    const value = dropControls(rawValue);
    if (name === '') throw new StateError('a stream parameter has no name');
    if (name.length + value.length > MAX_PARAMETER_LENGTH) {
      throw new StateError(`stream parameter ${name.slice(0, 40)} has more than ${MAX_PARAMETER_LENGTH} characters`);
    }
    stream.parameter({ name, value });
  }
  return serialize(response);
}

/** A spoken line and the end of the call. */
export function sayAndHangUpTwiml(line: SpokenLine): string {
  const response = new VoiceResponse();
  addSay(response, line);
  response.hangup();
  return serialize(response);
}

/** Nothing more to do: as an answer to `<Connect action>` it ends the call. */
export function emptyTwiml(): string {
  return serialize(new VoiceResponse());
}

function addSay(response: VoiceResponse, { text, language }: SpokenLine): void {
  const { language: spoken, voice } = chooseSayVoice(language);
  for (const piece of cutForSay(dropControls(text))) response.say({ language: spoken, voice }, piece);
}

/** Cuts between words and blanks where it can; the pieces put together are the text. A Hebrew letter counts six when encoded. */
function cutForSay(text: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let encodedLength = 0;
  for (const word of text.match(/\s{1,300}|\S{1,300}/gu) ?? []) {
    const added = encodeURIComponent(word).length;
    if (encodedLength + added > MAX_SAY_ENCODED_LENGTH) {
      pieces.push(piece);
      piece = '';
      encodedLength = 0;
    }
    piece += word;
    encodedLength += added;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

function dropControls(text: string): string {
  return text.replace(UNSPEAKABLE, '');
}

function serialize(response: VoiceResponse): string {
  const document = response.toString();
  if (Buffer.byteLength(document) > MAX_DOCUMENT_BYTES) {
    throw new StateError(`a TwiML document has more than ${MAX_DOCUMENT_BYTES} bytes`);
  }
  return document;
}
