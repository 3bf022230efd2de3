/** One synthetic call on a media socket, observed message by message. */
import { babble } from '../../audio/babble.ts';
import { encodeMulaw, MULAW_SILENCE } from '../../audio/mulaw.ts';
import type { Clock } from '../../core/clock.ts';
import type { CallIdentity } from '../../simulator/carrier/call-fields.ts';
import type { Problem } from '../../simulator/carrier/problem.ts';
import type { ServerAddress } from '../../simulator/carrier/server-address.ts';
import { createSid } from '../../simulator/carrier/sid.ts';
import type { PhoneLink } from '../../simulator/phone.ts';
import { readServerMessage } from '../../simulator/stream/server-message.ts';
import { MESSAGES } from '../../simulator/stream/twilio-messages.ts';
import { openWebSocketLink } from '../../simulator/websocket-link.ts';
import { firstState, GARBAGE, isSpeaking, nextState, type Phase, SCRIPT_MS, type ScriptState } from './call-script.ts';

export interface StreamCallOptions {
  readonly clock: Clock;
  readonly address: ServerAddress;
  readonly authToken: string;
  readonly url: string;
  readonly call: CallIdentity;
  readonly parameters: Readonly<Record<string, string>>;
  readonly garbage: boolean;
  /** Told of each step as it comes, the first of its kind. */
  readonly onStep?: (step: StreamStep) => void;
}

/** `speech`: the caller speaks while something waits to be played. */
export type StreamStep = 'upgrade' | 'start' | 'media-in' | 'frame-out' | 'mark-back' | 'speech' | 'clear' | 'stop';

/** Times are ms since the socket opened. */
export interface AudioMessage {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** The caller's own frame, sent back. */
  readonly isEcho: boolean;
  /** What waited to be played when it came, in ms; 0 when the caller heard silence. */
  readonly queuedMs: number;
}

export interface StreamRecord {
  readonly streamSid: string;
  readonly opened: boolean;
  /** Why the socket did not open, or how it broke. */
  readonly problem: Problem | undefined;
  readonly audio: readonly AudioMessage[];
  readonly marks: number;
  readonly clearedAt: readonly number[];
  /** Messages that Twilio would refuse, one of each kind. */
  readonly faults: readonly string[];
  readonly binaryMessages: number;
  /** When the caller began to speak over the agent, and what waited to be played then. */
  readonly bargeIn: { readonly at: number; readonly queuedMs: number } | undefined;
  readonly garbageAt: number | undefined;
  /** The phase in which the server closed the socket; undefined when the caller hung up. */
  readonly closed:
    | { readonly phase: Phase; readonly at: number; readonly code: number; readonly reason: string }
    | undefined;
}

const FRAME_MS = 20;
const FRAME_BYTES = 160;
const BYTES_PER_MS = 8;
/** After `stop` a server has so long to close; then Twilio does. */
const AFTER_STOP_MS = 500;
/** When so much waits to be played, a caller who interrupts should be heard by a `clear`. */
const TO_CLEAR_MS = 2_500;
/** Frames that an echo may still send back. */
const ECHO_FRAMES = 500;

const SPEECH = encodeMulaw(
  Int16Array.from(babble(Math.max(SCRIPT_MS.speech, SCRIPT_MS.bargeIn) + 500, 9_000, 7), Math.round),
);
const SILENCE = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);

/** Resolves when the call is over. Never rejects. */
export async function callStream(options: StreamCallOptions): Promise<StreamRecord> {
  const caller = new StreamCaller(options);
  return caller.run();
}

class StreamCaller {
  readonly #options: StreamCallOptions;
  readonly #streamSid = createSid('MZ');
  readonly #ended = Promise.withResolvers<void>();
  readonly #audio: AudioMessage[] = [];
  readonly #sent = new Set<string>();
  readonly #marks: { readonly name: string; readonly at: number }[] = [];
  readonly #cleared: number[] = [];
  readonly #told = new Set<StreamStep>();
  readonly #faults = new Map<string, string>();
  #state: ScriptState = firstState;
  #link: PhoneLink | undefined;
  #openedAt = 0;
  #sequence = 1;
  #frames = 0;
  #markCount = 0;
  #binaryMessages = 0;
  /** When everything that was sent will have been played. */
  #playedBy = 0;
  #bargeIn: StreamRecord['bargeIn'];
  #garbageAt: number | undefined;
  #closed: StreamRecord['closed'];
  #problem: Problem | undefined;
  #isHungUp = false;
  #cancel: () => void = () => {};

  constructor(options: StreamCallOptions) {
    this.#options = options;
  }

  async run(): Promise<StreamRecord> {
    const { address, authToken, url } = this.#options;
    const refused = await openWebSocketLink({
      url,
      address,
      authToken,
      onOpen: (link) => this.#open(link),
      onText: (text) => this.#receive(text),
      onBinary: () => {
        this.#binaryMessages++;
      },
      onClose: (code, reason, problem) => this.#close(code, reason, problem),
    });
    if (refused) this.#problem = refused;
    else await this.#ended.promise;
    return this.#record(refused === undefined);
  }

  #record(opened: boolean): StreamRecord {
    return {
      streamSid: this.#streamSid,
      opened,
      problem: this.#problem,
      audio: this.#audio,
      marks: this.#markCount,
      clearedAt: this.#cleared,
      faults: [...this.#faults.values()],
      binaryMessages: this.#binaryMessages,
      bargeIn: this.#bargeIn,
      garbageAt: this.#garbageAt,
      closed: this.#closed,
    };
  }

  #tell(step: StreamStep): void {
    if (this.#told.has(step)) return;
    this.#told.add(step);
    this.#options.onStep?.(step);
  }

  #now(): number {
    return this.#options.clock.now() - this.#openedAt;
  }

  #open(link: PhoneLink): void {
    const { call, clock, parameters } = this.#options;
    this.#link = link;
    this.#openedAt = clock.now();
    const identity = { ...call, streamSid: this.#streamSid, customParameters: parameters };
    this.#tell('upgrade');
    link.send(MESSAGES.connected());
    link.send(MESSAGES.start(identity, this.#sequence++));
    this.#tell('start');
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#options;
    this.#cancel = clock.at(this.#openedAt + (this.#frames + 1) * FRAME_MS, () => this.#tick());
  }

  #tick(): void {
    const at = this.#now();
    this.#step(at);
    if (this.#state.phase === 'done') return this.#hangUp();
    this.#echoMarks(at);
    this.#sendFrame(at);
    this.#schedule();
  }

  #step(at: number): void {
    const before = this.#state.phase;
    this.#state = nextState(this.#state, {
      at,
      firstAudioAt: this.#audio[0]?.at,
      lastAudioAt: this.#audio.at(-1)?.at,
      queuedMs: this.#queuedMs(at),
      clearedAt: this.#cleared.at(-1),
      garbage: this.#options.garbage,
    });
    const { phase } = this.#state;
    if (phase === before) return;
    if (phase === 'barge-in') {
      this.#bargeIn = { at, queuedMs: this.#queuedMs(at) };
      if (this.#bargeIn.queuedMs >= TO_CLEAR_MS) this.#tell('speech');
    }
    if (phase === 'garbage') {
      this.#garbageAt = at;
      for (const text of GARBAGE) this.#link?.send(text);
    }
  }

  #sendFrame(at: number): void {
    const offset = isSpeaking(this.#state, at) ? Math.floor((at - this.#state.since) / FRAME_MS) * FRAME_BYTES : -1;
    const frame = offset < 0 ? SILENCE : SPEECH.subarray(offset, offset + FRAME_BYTES);
    if (offset >= 0) this.#remember(frame);
    this.#link?.send(MESSAGES.media(this.#streamSid, this.#sequence++, this.#frames++, 100, frame));
    this.#tell('media-in');
  }

  #remember(frame: Uint8Array): void {
    if (this.#sent.size < ECHO_FRAMES) this.#sent.add(Buffer.from(frame).toString('base64'));
  }

  #queuedMs(at: number): number {
    return Math.max(0, this.#playedBy - at);
  }

  #receive(text: string): void {
    const at = this.#now();
    const message = readServerMessage(text, this.#streamSid);
    switch (message.type) {
      case 'media': {
        const { audio: bytes } = message;
        const queuedMs = this.#queuedMs(at);
        const isEcho = this.#sent.has(Buffer.from(bytes).toString('base64'));
        this.#audio.push({ at, bytes, isEcho, queuedMs });
        this.#tell('frame-out');
        this.#playedBy = at + queuedMs + bytes.length / BYTES_PER_MS;
        return;
      }
      case 'mark':
        this.#markCount++;
        this.#marks.push({ name: message.name, at: Math.max(at, this.#playedBy) });
        return this.#echoMarks(at);
      case 'clear':
        this.#cleared.push(at);
        this.#tell('clear');
        this.#playedBy = at;
        return this.#echoMarks(Number.POSITIVE_INFINITY);
      case 'fault':
        this.#faults.set(message.kind, message.message);
    }
  }

  /** In their order, once the audio before them has been played, or was cleared. */
  #echoMarks(at: number): void {
    for (let mark = this.#marks[0]; mark && mark.at <= at; mark = this.#marks[0]) {
      this.#marks.shift();
      this.#link?.send(MESSAGES.mark(this.#streamSid, this.#sequence++, mark.name));
      this.#tell('mark-back');
    }
  }

  #hangUp(): void {
    const { call, clock } = this.#options;
    this.#isHungUp = true;
    const identity = { ...call, streamSid: this.#streamSid, customParameters: {} };
    this.#link?.send(MESSAGES.stop(identity, this.#sequence++));
    this.#tell('stop');
    this.#cancel = clock.at(clock.now() + AFTER_STOP_MS, () => this.#link?.close(1000, ''));
  }

  #close(code: number, reason: string, problem: Problem | undefined): void {
    this.#cancel();
    if (!this.#isHungUp) {
      this.#closed = { phase: this.#state.phase, at: this.#now(), code, reason };
      this.#problem = problem;
    }
    this.#ended.resolve();
  }
}
