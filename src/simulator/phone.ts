import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import { rmsOfFrame } from '../audio/level.ts';
import type { Clock } from '../core/clock.ts';
import { Histogram } from './stream/histogram.ts';
import { PlayoutBuffer, toSamples } from './stream/playout-buffer.ts';
import { Recording } from './stream/recording.ts';
import { readServerMessage } from './stream/server-message.ts';
import { MESSAGES, type StreamIdentity } from './stream/twilio-messages.ts';

export type { StreamIdentity } from './stream/twilio-messages.ts';

/** The way to the server. */
export interface PhoneLink {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What goes into the microphone. */
export interface FrameSource {
  /**
   * The next 20 ms, 160 bytes of µ-law, read before the next call. `heard` is what came out of the receiver during
   * the same 20 ms and is reused; `atMs` is the stream time at which they begin.
   */
  next(heard: Uint8Array, atMs: number): Uint8Array;
}

/** A `warning` is one that Twilio would log, or audio that the caller could not hear right; a `note` is a remark. */
export interface StreamWarning {
  readonly level: 'warning' | 'note';
  /** Twilio's code, when it has one. */
  readonly code?: number;
  /** The same for the same mistake. */
  readonly kind: string;
  readonly message: string;
  readonly atMs: number;
}

interface PhoneCallbacks {
  /** The first of each kind. */
  onWarning?(warning: StreamWarning): void;
  onClear?(atMs: number): void;
  /** The stream is over; nothing is sent or reported any more. */
  onEnd?(end: PhoneEnd): void;
}

export interface PhoneEnd {
  readonly by: 'caller' | 'server';
  readonly atMs: number;
  /** The close code from the server, when it closed. */
  readonly code?: number;
  readonly reason?: string;
}

export interface PhoneOptions extends PhoneCallbacks {
  readonly clock: Clock;
  readonly link: PhoneLink;
  readonly identity: StreamIdentity;
  readonly source: FrameSource;
  /** Keeps both sides, sample for sample. Default true. */
  readonly record?: boolean;
  /** The timestamp of the first media message; a captured call had 102, and 0 was never seen. */
  readonly firstTimestampMs?: number;
}

export interface PhoneStats {
  framesSent: number;
  mediaReceived: number;
  audioMsReceived: number;
  marksReceived: number;
  clearsReceived: number;
  /** Speech cut because the next audio came up to 200 ms too late. */
  underruns: number;
  /** How far each media message strayed from coming exactly when the one before it had played. */
  readonly jitter: Histogram;
}

export function createStats(): PhoneStats {
  return {
    framesSent: 0,
    mediaReceived: 0,
    audioMsReceived: 0,
    marksReceived: 0,
    clearsReceived: 0,
    underruns: 0,
    jitter: new Histogram(),
  };
}

const UNDERRUN_LIMIT_MS = 200;
/** A gap this short cannot be told from the granularity of the clocks on both ends. */
const UNDERRUN_FLOOR_MS = 2;
const AUDIBLE_RMS = 100;
const LONGEST_BUFFER_MS = 600_000;

/**
 * Twilio's side of one bidirectional media stream, on any link. It owns one alarm for the 20 ms beat and one for the
 * next mark; `stop` or `linkClosed` ends both.
 */
export class Phone {
  readonly stats = createStats();
  readonly #options: PhoneOptions;
  readonly #buffer = new PlayoutBuffer();
  readonly #heard = new Uint8Array(FRAME_BYTES);
  readonly #callerTrack: Recording | undefined;
  readonly #agentTrack: Recording | undefined;
  readonly #seen = new Map<string, number>();
  readonly #warnings: StreamWarning[] = [];
  readonly #marks: { readonly name: string; readonly due: number }[] = [];
  #state: 'new' | 'running' | 'ended' = 'new';
  #origin = 0;
  #sequence = 0;
  #lastArrivalMs = 0;
  #lastAudio: Uint8Array | undefined;
  #wasCleared = false;
  #cancelBeat: () => void = () => {};
  #cancelMark: () => void = () => {};

  constructor(options: PhoneOptions) {
    this.#options = options;
    if (options.record === false) return;
    this.#callerTrack = new Recording();
    this.#agentTrack = new Recording();
  }

  /** Milliseconds since `start` was sent. */
  get streamMs(): number {
    return this.#options.clock.now() - this.#origin;
  }

  get isOver(): boolean {
    return this.#state === 'ended';
  }

  /** One per kind, in order of appearance. */
  get warnings(): readonly StreamWarning[] {
    return this.#warnings;
  }

  /** How often a warning of this kind was due. */
  countOf(kind: string): number {
    return this.#seen.get(kind) ?? 0;
  }

  /** What the caller said and what the caller heard, µ-law of equal length; undefined when not recorded. */
  get recordings(): { readonly caller: Uint8Array; readonly agent: Uint8Array } | undefined {
    if (!this.#callerTrack || !this.#agentTrack) return undefined;
    return { caller: this.#callerTrack.toBytes(), agent: this.#agentTrack.toBytes() };
  }

  /** Sends `connected` and `start`; the first media message follows 20 ms later. Once only. */
  start(): void {
    if (this.#state !== 'new') return;
    const { clock, link, identity } = this.#options;
    this.#state = 'running';
    this.#origin = clock.now();
    link.send(MESSAGES.connected());
    link.send(MESSAGES.start(identity, ++this.#sequence));
    this.#planBeat();
  }

  /** A key is pressed on the phone. */
  dtmf(digit: string): void {
    if (this.#state !== 'running') return;
    this.#options.link.send(MESSAGES.dtmf(this.#options.identity, ++this.#sequence, digit));
  }

  /** The caller hangs up: `stop`, then the socket is closed. */
  stop(): void {
    if (this.#state !== 'running') return;
    const { link, identity } = this.#options;
    // First, because a peer in this process may close the link from inside `send`.
    this.#state = 'ended';
    link.send(MESSAGES.stop(identity, ++this.#sequence));
    link.close(1000, '');
    this.#end({ by: 'caller', atMs: this.streamMs });
  }

  /** The server closed the stream, or it is dead. */
  linkClosed(code: number, reason: string): void {
    if (this.#state === 'running') this.#end({ by: 'server', atMs: this.streamMs, code, reason });
  }

  /** A text message from the server. */
  receive(text: string): void {
    if (this.#state !== 'running') return;
    const message = readServerMessage(text, this.#options.identity.streamSid);
    switch (message.type) {
      case 'media':
        return this.#play(message.audio);
      case 'mark':
        return this.#mark(message.name);
      case 'clear':
        return this.#clear();
      case 'fault':
        return this.#warn(message.kind, message.message, 31951);
    }
  }

  /** A binary message from the server, which Twilio does not take. */
  receiveBinary(lengthBytes: number): void {
    if (this.#state !== 'running') return;
    this.#warn(
      'binary',
      `a binary message of ${lengthBytes} bytes came; Twilio takes JSON in text messages only`,
      31950,
    );
  }

  #planBeat(): void {
    if (this.#state !== 'running') return;
    const due = this.#origin + (this.stats.framesSent + 1) * FRAME_MS;
    this.#cancelBeat = this.#options.clock.at(due, () => this.#beat());
  }

  /** Sends every frame that is due: one, or after a stall of this process all that were missed. */
  #beat(): void {
    const { clock, identity, source, link, firstTimestampMs = 102 } = this.#options;
    const now = clock.now();
    while (this.#state === 'running' && this.#origin + (this.stats.framesSent + 1) * FRAME_MS <= now) {
      const index = this.stats.framesSent;
      this.#buffer.read(this.#heard, index * FRAME_BYTES);
      const frame = source.next(this.#heard, index * FRAME_MS);
      // The source may have hung up.
      if (this.isOver) return;
      this.stats.framesSent++;
      this.#callerTrack?.append(frame);
      this.#agentTrack?.append(this.#heard);
      link.send(MESSAGES.media(identity.streamSid, ++this.#sequence, index, firstTimestampMs, frame));
    }
    this.#planBeat();
  }

  #play(audio: Uint8Array): void {
    const nowMs = this.streamMs;
    const now = toSamples(nowMs);
    this.#inspect(audio);
    this.stats.mediaReceived++;
    if ((this.#buffer.end - now + audio.length) / 8 > LONGEST_BUFFER_MS) {
      return this.#warn('buffer-overflow', 'more than 10 minutes of audio are buffered; the rest is discarded', 31931);
    }
    if (audio.length === 0) return;
    this.#measure(nowMs, now);
    this.stats.audioMsReceived += audio.length / 8;
    this.#buffer.write(audio, now);
    this.#lastAudio = audio;
    this.#lastArrivalMs = nowMs;
    this.#wasCleared = false;
  }

  /** Jitter while audio flows, and the gaps that a caller hears as a cut in the middle of speech. */
  #measure(nowMs: number, now: number): void {
    if (!this.#lastAudio || this.#wasCleared) return;
    const dryMs = (now - this.#buffer.end) / 8;
    if (dryMs > UNDERRUN_LIMIT_MS) return;
    const playMs = this.#lastAudio.length / 8;
    const sinceMs = nowMs - this.#lastArrivalMs;
    // A message that comes much sooner fills the server's lead, or catches up: that is no jitter.
    if (sinceMs > playMs / 2) this.stats.jitter.add(Math.abs(sinceMs - playMs));
    if (dryMs <= UNDERRUN_FLOOR_MS || rmsOfFrame(this.#lastAudio.subarray(-FRAME_BYTES)) < AUDIBLE_RMS) return;
    this.stats.underruns++;
    this.#warn('underrun', `speech was cut for ${Math.round(dryMs)} ms: the next audio came too late`);
  }

  #inspect(audio: Uint8Array): void {
    if (audio.length === 0) this.#warn('empty-media', 'a media message has an empty payload');
    if (audio[0] === 0x52 && audio[1] === 0x49 && audio[2] === 0x46 && audio[3] === 0x46) {
      this.#warn('wav-header', 'a payload begins with a WAV header, which is played as noise; send bare µ-law');
    }
    if (audio.length % FRAME_BYTES !== 0) {
      this.#warn(
        'odd-size',
        `a payload has ${audio.length} bytes, not whole frames of ${FRAME_BYTES}`,
        undefined,
        'note',
      );
    }
  }

  #mark(name: string): void {
    this.stats.marksReceived++;
    const due = this.#buffer.end;
    if (due <= toSamples(this.streamMs)) return this.#echo(name);
    this.#marks.push({ name, due });
    if (this.#marks.length === 1) this.#planMark();
  }

  #planMark(): void {
    this.#cancelMark();
    const next = this.#marks[0];
    if (!next) return;
    this.#cancelMark = this.#options.clock.at(this.#origin + next.due / 8, () => {
      const now = toSamples(this.streamMs);
      while (this.#marks[0] && this.#marks[0].due <= now) this.#echo(this.#marks.shift()!.name);
      this.#planMark();
    });
  }

  #clear(): void {
    const now = toSamples(this.streamMs);
    this.stats.clearsReceived++;
    this.#buffer.clear(now);
    this.#wasCleared = true;
    this.#cancelMark();
    for (const { name } of this.#marks.splice(0)) this.#echo(name);
    this.#options.onClear?.(this.streamMs);
  }

  #echo(name: string): void {
    const { link, identity } = this.#options;
    if (this.#state === 'running') link.send(MESSAGES.mark(identity.streamSid, ++this.#sequence, name));
  }

  #warn(kind: string, message: string, code?: number, level: StreamWarning['level'] = 'warning'): void {
    const count = this.countOf(kind);
    this.#seen.set(kind, count + 1);
    if (count > 0) return;
    const warning = { level, kind, message, atMs: Math.round(this.streamMs), ...(code === undefined ? {} : { code }) };
    this.#warnings.push(warning);
    this.#options.onWarning?.(warning);
  }

  #end(end: PhoneEnd): void {
    this.#state = 'ended';
    this.#cancelBeat();
    this.#cancelMark();
    this.#marks.length = 0;
    this.#options.onEnd?.(end);
  }
}
