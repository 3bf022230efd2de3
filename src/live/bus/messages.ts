/** What nodes tell each other of running calls, as text. Whatever comes is read with care: it may be another version's. */
import type { LiveNews, Wants } from '../live-call.ts';

/** Of an operator who has taken a call over: a piece of the voice, or only that the operator is there. */
export interface Voice {
  readonly callSid: string;
  readonly by: string;
  readonly audio?: Uint8Array;
}

export type BusMessage =
  | { readonly type: 'want'; readonly from: string; readonly wants: Wants }
  | { readonly type: 'news'; readonly from: string; readonly news: LiveNews }
  | { readonly type: 'voice'; readonly from: string; readonly voice: Voice };

/** `number` makes each unlike any other: of notifications that are alike, PostgreSQL delivers one. */
export function serializeBusMessage(body: BusMessage, number: number): string {
  const message = { ...body, number };
  switch (message.type) {
    case 'want': {
      const { follow, list, listen } = message.wants;
      return JSON.stringify({ ...message, wants: { list, follow: [...follow], listen: [...listen] } });
    }
    case 'news':
      return JSON.stringify(
        message.news.type === 'audio'
          ? { ...message, news: { ...message.news, audio: base64(message.news.audio) } }
          : message,
      );
    case 'voice': {
      const { audio } = message.voice;
      return JSON.stringify(audio ? { ...message, voice: { ...message.voice, audio: base64(audio) } } : message);
    }
  }
}

/** Undefined for what cannot be read. */
export function parseBusMessage(text: string): BusMessage | undefined {
  try {
    const { from, news, type, voice, wants } = JSON.parse(text) as Record<string, unknown>;
    if (typeof from !== 'string') return undefined;
    if (type === 'want' && isRecord(wants)) return { type, from, wants: parseWants(wants) };
    if (type === 'voice' && isRecord(voice)) return { type, from, voice: parseVoice(voice) };
    if (type === 'news' && isRecord(news)) return { type, from, news: parseNews(news) };
  } catch {
    // A message of nobody's.
  }
  return undefined;
}

const base64 = (audio: Uint8Array): string =>
  Buffer.from(audio.buffer, audio.byteOffset, audio.length).toString('base64');

const bytes = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(string(text), 'base64'));

function parseWants({ follow, list, listen }: Record<string, unknown>): Wants {
  return { list: list === true, follow: new Set(strings(follow)), listen: new Set(strings(listen)) };
}

function parseVoice({ audio, by, callSid }: Record<string, unknown>): Voice {
  const who = { callSid: string(callSid), by: string(by) };
  return audio === undefined ? who : { ...who, audio: bytes(audio) };
}

/** Calls and lines go on to browsers, whose pages read them with care of their own. */
function parseNews(news: Record<string, unknown>): LiveNews {
  switch (news['type']) {
    case 'audio':
      return { ...(news as unknown as Extract<LiveNews, { type: 'audio' }>), audio: bytes(news['audio']) };
    case 'calls':
      array(news['calls']);
      return news as unknown as LiveNews;
    case 'gone':
      strings(news['callSids']);
      return news as unknown as LiveNews;
    case 'lines':
      array(news['lines']);
      return news as unknown as LiveNews;
    default:
      throw new TypeError('unknown news');
  }
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

function array(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value;
}

const strings = (value: unknown): readonly string[] => array(value).map(string);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
