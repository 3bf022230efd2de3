import type { LiveCall, LiveLine, LiveMessage, LiveRequest } from '../../../src/api/contract/live.ts';
import { EMPTY_TRANSCRIPT, type Transcript, withLines } from './transcript.ts';

export type Connection = 'connecting' | 'open' | 'lost';
type News = Extract<LiveMessage, { type: 'news' }>;

interface LiveFeedEvents {
  onNews(news: News): void;
  onLoggedOut(): void;
}

/** Closing code of a session that has ended. */
const SESSION_ENDED = 4401;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8_000;
const HEADER_BYTES = 8;

/**
 * The one socket of live events. It comes back by itself and asks for what it missed. Parts of the page subscribe to
 * what they show, so that one call's news draws one row anew.
 */
export class LiveFeed {
  readonly #events: LiveFeedEvents;
  readonly #calls = new Map<string, LiveCall>();
  readonly #transcripts = new Map<string, Transcript>();
  readonly #followers = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #dirty = new Set<string>();
  #ids: readonly string[] = [];
  #connection: Connection = 'connecting';
  #socket: WebSocket | undefined;
  #cursor: number | undefined;
  #waitMs = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isScheduled = false;
  #isOpen = false;
  #heard:
    | { readonly callSid: string; readonly onAudio: (side: 0 | 1, atMs: number, bytes: Uint8Array) => void }
    | undefined;
  #onRefused: ((request: string, code: string) => void) | undefined;

  constructor(events: LiveFeedEvents) {
    this.#events = events;
  }

  open(): void {
    this.#isOpen = true;
    this.#connect();
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  readonly ids = (): readonly string[] => this.#ids;
  readonly connection = (): Connection => this.#connection;
  readonly call = (callSid: string): LiveCall | undefined => this.#calls.get(callSid);
  readonly transcript = (callSid: string): Transcript => this.#transcripts.get(callSid) ?? EMPTY_TRANSCRIPT;

  /** `topic` is `ids`, `connection`, `call:…` or `lines:…`. */
  subscribe(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(topic, listeners);
    return () => listeners.delete(listener);
  }

  /** Has the call's lines sent for as long as somebody reads them. */
  follow(callSid: string): () => void {
    const count = this.#followers.get(callSid) ?? 0;
    this.#followers.set(callSid, count + 1);
    if (count === 0) this.#send({ type: 'follow', callSid });
    return () => {
      const left = (this.#followers.get(callSid) ?? 1) - 1;
      if (left > 0) {
        this.#followers.set(callSid, left);
        return;
      }
      this.#followers.delete(callSid);
      this.#transcripts.delete(callSid);
      this.#send({ type: 'unfollow', callSid });
    };
  }

  listen(callSid: string, onAudio: (side: 0 | 1, atMs: number, bytes: Uint8Array) => void): () => void {
    const heard = { callSid, onAudio };
    this.#heard = heard;
    this.#send({ type: 'listen', callSid });
    return () => {
      if (this.#heard !== heard) return;
      this.#heard = undefined;
      this.#send({ type: 'unlisten' });
    };
  }

  /** 20 ms of the operator's microphone. */
  speak(frame: Uint8Array): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const message = new Uint8Array(HEADER_BYTES + frame.length);
    message[0] = 2;
    message.set(frame, HEADER_BYTES);
    this.#socket.send(message);
  }

  onRefused(listener: ((request: string, code: string) => void) | undefined): void {
    this.#onRefused = listener;
  }

  #connect(): void {
    const url = new URL('/api/live', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, 'kav.live');
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      typeof data === 'string' ? this.#take(JSON.parse(data) as LiveMessage) : this.#play(data);
    socket.onclose = ({ code }) => this.#lose(code);
  }

  #greet(): void {
    this.#send({ type: 'hello', ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }) });
    for (const callSid of this.#followers.keys()) this.#send({ type: 'follow', callSid });
    if (this.#heard) this.#send({ type: 'listen', callSid: this.#heard.callSid });
  }

  #lose(code: number): void {
    this.#setConnection('lost');
    if (!this.#isOpen) return;
    if (code === SESSION_ENDED) {
      this.#events.onLoggedOut();
      return;
    }
    this.#timer = setTimeout(() => this.#connect(), this.#waitMs * (0.5 + Math.random()));
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }

  #send(request: LiveRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #play(data: ArrayBuffer): void {
    if (data.byteLength <= HEADER_BYTES || !this.#heard) return;
    const view = new DataView(data);
    const side = view.getUint8(0);
    if (side === 0 || side === 1) {
      this.#heard.onAudio(side, view.getUint32(4, true), new Uint8Array(data, HEADER_BYTES));
    }
  }

  #take(message: LiveMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#cursor ??= message.cursor;
        this.#waitMs = FIRST_WAIT_MS;
        this.#setConnection('open');
        return;
      case 'calls':
        for (const callSid of this.#calls.keys()) this.#dirty.add(`call:${callSid}`);
        this.#calls.clear();
        this.#put(message.calls);
        this.#sortIds();
        return;
      case 'changed':
        if (this.#put(message.calls)) this.#sortIds();
        return;
      case 'gone':
        for (const callSid of message.callSids) {
          this.#calls.delete(callSid);
          this.#touch(`call:${callSid}`);
        }
        this.#sortIds();
        return;
      case 'lines':
        this.#takeLines(message.callSid, message.lines, message.isFirst);
        return;
      case 'news':
        this.#cursor = message.cursor;
        this.#events.onNews(message);
        return;
      case 'refused':
        this.#onRefused?.(message.request, message.code);
        return;
      case 'lagging':
        // The lines of a call that was followed may have holes: they are asked for anew.
        for (const callSid of this.#followers.keys()) this.#send({ type: 'follow', callSid });
        return;
      case 'listening':
        return;
    }
  }

  #takeLines(callSid: string, lines: readonly LiveLine[], isFirst: boolean): void {
    if (!this.#followers.has(callSid)) return;
    this.#transcripts.set(callSid, withLines(isFirst ? EMPTY_TRANSCRIPT : this.transcript(callSid), lines));
    this.#touch(`lines:${callSid}`);
  }

  /** True when a call was new. */
  #put(calls: readonly LiveCall[]): boolean {
    let isNew = false;
    for (const call of calls) {
      if (!this.#calls.has(call.callSid)) {
        isNew = true;
        // Whoever asked before the call was there was refused.
        if (this.#followers.has(call.callSid)) this.#send({ type: 'follow', callSid: call.callSid });
      }
      this.#calls.set(call.callSid, call);
      this.#touch(`call:${call.callSid}`);
    }
    return isNew;
  }

  #sortIds(): void {
    const calls = [...this.#calls.values()];
    calls.sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.callSid.localeCompare(b.callSid));
    this.#ids = calls.map(({ callSid }) => callSid);
    this.#touch('ids');
  }

  #setConnection(connection: Connection): void {
    this.#connection = connection;
    this.#touch('connection');
  }

  /** All that changed within one frame of the screen is drawn at once. */
  #touch(topic: string): void {
    this.#dirty.add(topic);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const tell = (): void => {
      this.#isScheduled = false;
      const topics = [...this.#dirty];
      this.#dirty.clear();
      for (const dirty of topics) for (const listener of this.#listeners.get(dirty) ?? []) listener();
    };
    if (document.hidden) setTimeout(tell, 100);
    else requestAnimationFrame(tell);
  }
}
