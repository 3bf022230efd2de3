/** A toy vendor that hears words in the audio's bytes, and a caller who speaks them: so loss and repetition show. */
import type { ProviderError } from '../../core/errors.ts';
import type { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { Expectation, SpeechEvent, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { brokenAnswer, errorOfStatus, unreachable } from '../vendor-error.ts';
import { ProviderHealth } from './health.ts';
import type { ProviderNews } from './news.ts';
import { createResilientRecogniser, type ResilientRecogniserOptions } from './recogniser.ts';

export const SILENCE = 0xff;
const FRAME_BYTES = 160;
const FRAME_MS = 20;
const PRE_ROLL_BYTES = 2_400;

export const dropped = (provider: string): ProviderError => brokenAnswer({ provider, operation: 'stt' }, 'dropped');
export const refused = (provider: string): ProviderError => unreachable({ provider, operation: 'stt' }, 'refused');
export const denied = (provider: string): ProviderError =>
  errorOfStatus({ provider, operation: 'stt' }, { status: 401 });

export interface ToyBehaviour {
  /** Dies at once; `openSync`: from inside `open`, which the contract forbids. */
  readonly openError?: ProviderError;
  readonly openSync?: true;
  /** Dies when it has so many bytes. */
  readonly dropAtByte?: number;
  /** Says nothing at all, or answers with empty finals. */
  readonly mute?: 'silent' | 'empty';
  readonly finalMs?: number;
  readonly duplicateFinals?: true;
  readonly withoutPartials?: true;
  readonly neverCloses?: true;
}

export class ToySession implements SpeechToTextSession {
  readonly openedAt: number;
  readonly marks: string[] = [];
  readonly expectations: Expectation[] = [];
  receivedBytes = 0;
  /** All bytes that are words, in or out of utterances, each run once. */
  readonly runs: number[] = [];
  isClosed = false;
  readonly #clock: VirtualClock;
  readonly #behaviour: ToyBehaviour;
  readonly #emit: (event: SpeechEvent) => void;
  #preRoll: number[] = [];
  #words: number[] = [];
  #isSpeaking = false;
  #isDead = false;
  readonly #alarms: (() => void)[] = [];
  readonly #dropped: ProviderError;

  constructor(provider: ToyRecogniser, options: SpeechToTextOptions, behaviour: ToyBehaviour) {
    this.#clock = provider.clock;
    this.#behaviour = behaviour;
    this.#emit = options.onEvent;
    this.openedAt = this.#clock.now();
    const { openError, openSync } = behaviour;
    if (openError && openSync) this.#die(openError);
    else if (openError) this.#later(0, () => this.#die(openError));
    this.#dropped = dropped(provider.name);
  }

  write(frame: Uint8Array): void {
    for (const byte of frame) this.#hear(byte);
  }

  speechStarted(): void {
    this.marks.push(`started at ${this.receivedBytes}`);
    if (this.#isSpeaking) return;
    this.#isSpeaking = true;
    for (const byte of this.#preRoll.splice(0)) this.#recognise(byte);
  }

  speechEnded(): void {
    this.marks.push(`ended at ${this.receivedBytes}`);
    this.#isSpeaking = false;
    const words = this.#words.splice(0);
    const { mute, finalMs = 50, duplicateFinals } = this.#behaviour;
    if (mute === 'silent') return;
    const text = mute === 'empty' ? '' : textOf(words);
    this.#later(finalMs, () => this.say({ type: 'final', text }));
    if (duplicateFinals) this.#later(finalMs + 10, () => this.say({ type: 'final', text }));
  }

  expect(expectation: Expectation): void {
    this.expectations.push(expectation);
  }

  close(): Promise<void> {
    this.isClosed = true;
    for (const cancel of this.#alarms.splice(0)) cancel();
    return this.#behaviour.neverCloses ? new Promise(() => {}) : Promise.resolve();
  }

  /** Also when it is closed: an event that was on its way. */
  say(event: SpeechEvent): void {
    if (!this.#isDead) this.#emit(event);
  }

  #hear(byte: number): void {
    if (++this.receivedBytes === this.#behaviour.dropAtByte) this.#later(0, () => this.#die(this.#dropped));
    if (byte !== SILENCE && byte !== this.runs.at(-1)) this.runs.push(byte);
    if (this.#isSpeaking) this.#recognise(byte);
    else this.#preRoll.push(byte);
    if (this.#preRoll.length > PRE_ROLL_BYTES) this.#preRoll.shift();
  }

  #recognise(byte: number): void {
    const { mute, withoutPartials } = this.#behaviour;
    if (byte === SILENCE || byte === this.#words.at(-1)) return;
    this.#words.push(byte);
    const text = textOf(this.#words);
    if (!mute && !withoutPartials) this.#later(0, () => this.say({ type: 'partial', text }));
  }

  #die(error: ProviderError): void {
    this.say({ type: 'error', error });
    this.#isDead = true;
  }

  #later(ms: number, act: () => void): void {
    this.#alarms.push(this.#clock.at(this.#clock.now() + ms, act));
  }
}

export class ToyRecogniser implements SpeechToText {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly sessions: ToySession[] = [];
  isClosed = false;
  readonly #behave: (session: number, now: number) => ToyBehaviour | undefined;

  /** `behave` tells how the n-th session goes, counted from 0, by the time it is opened. */
  constructor(
    name: string,
    clock: VirtualClock,
    behave: (session: number, now: number) => ToyBehaviour | undefined = () => undefined,
  ) {
    this.name = name;
    this.clock = clock;
    this.#behave = behave;
  }

  open(options: SpeechToTextOptions): SpeechToTextSession {
    const session = new ToySession(this, options, this.#behave(this.sessions.length, this.clock.now()) ?? {});
    this.sessions.push(session);
    return session;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export const textOf = (words: readonly number[]): string => words.map((word) => `w${word}`).join(' ');

/** A call over a chain of toys: what the caller says, what came out, and all that was told about it. */
export class ToyCall {
  readonly clock: VirtualClock;
  readonly events: (SpeechEvent & { readonly at: number })[] = [];
  readonly news: ProviderNews[] = [];
  readonly health: ProviderHealth;
  readonly recogniser: SpeechToText;
  readonly session: SpeechToTextSession;
  /** Called with each event, after it was noted. */
  onEvent: (event: SpeechEvent) => void = () => {};
  readonly #frame = new Uint8Array(FRAME_BYTES);

  constructor(
    clock: VirtualClock,
    chain: readonly SpeechToText[],
    options: {
      readonly failures?: number;
      readonly misconfiguredMs?: number;
      readonly budgets?: ResilientRecogniserOptions['budgets'];
    } = {},
  ) {
    this.clock = clock;
    const onNews = (item: ProviderNews) => this.news.push(item);
    const { failures = 1_000, misconfiguredMs = 300_000, budgets = {} } = options;
    this.health = new ProviderHealth({ clock, onNews, failures, misconfiguredMs });
    this.recogniser = createResilientRecogniser(chain, { clock, health: this.health, onNews, budgets });
    this.session = this.recogniser.open({
      callSid: 'CA00',
      language: 'he-IL',
      onEvent: (event) => {
        this.events.push({ ...event, at: clock.now() });
        this.onEvent(event);
      },
    });
  }

  get finals(): string[] {
    return this.events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
  }

  get errors(): ProviderError[] {
    return this.events.flatMap((event) => (event.type === 'error' ? [event.error] : []));
  }

  newsOf(type: ProviderNews['type']): ProviderNews[] {
    return this.news.filter((item) => item.type === type);
  }

  /** One byte for all of `ms`. */
  async sound(byte: number, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += FRAME_MS) {
      this.#frame.fill(byte);
      this.session.write(this.#frame);
      this.#frame.fill(0);
      await this.clock.advance(FRAME_MS);
    }
  }

  silence = (ms: number): Promise<void> => this.sound(SILENCE, ms);

  /** As a VAD sees it: the beginning 60 ms late, the end 200 ms late. */
  async say(words: readonly number[], wordMs = 160): Promise<void> {
    for (const [place, word] of words.entries()) {
      await this.sound(word, place === 0 ? 60 : wordMs);
      if (place === 0) {
        this.session.speechStarted();
        await this.sound(word, wordMs - 60);
      }
    }
    await this.silence(200);
    this.session.speechEnded();
  }

  /** Alarms of the provider's health are not the session's. */
  async close(): Promise<void> {
    const closing = this.recogniser.close();
    await this.clock.advance(1_000);
    await closing;
    this.health.close();
  }
}
