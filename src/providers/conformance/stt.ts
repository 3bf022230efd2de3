/** What every recogniser promises. Fakes and vendors' adapters run the same suite. */
import { afterEach, describe, expect, test } from 'vitest';
import type { SpeechEvent, SpeechToText, SpeechToTextSession } from '../contracts.ts';
import { type Advance, settle } from './settle.ts';

export interface SttConformanceOptions {
  /** Moves the clock that the recogniser was made with; without it the recogniser works in real time. */
  readonly advance?: Advance;
  /** µ-law of something that the recogniser understands; tones and silence when left out. */
  readonly speech?: () => Promise<Uint8Array>;
  /** BCP 47 of the calls; `en-US` when left out. */
  readonly language?: string;
}

const FRAME_BYTES = 160;

/** A session whose every call is watched: no event may come out of a method, and none after `close`. */
class Listener {
  readonly events: SpeechEvent[] = [];
  readonly faults: string[] = [];
  readonly #session: SpeechToTextSession;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #isInside = false;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(recogniser: SpeechToText, language: string) {
    this.#session = this.#inside(() =>
      recogniser.open({ callSid: 'CA00', language, onEvent: (event) => this.#receive(event) }),
    );
  }

  /** Speaks from one reused buffer, overwritten after each frame, as the media loop does. */
  hear(audio: Uint8Array): void {
    for (let from = 0; from < audio.length; from += FRAME_BYTES) {
      this.#frame.fill(0xff);
      this.#frame.set(audio.subarray(from, from + FRAME_BYTES));
      this.#inside(() => this.#session.write(this.#frame));
      this.#frame.fill(0x00);
    }
  }

  speechStarted = (): void => this.#inside(() => this.#session.speechStarted());
  speechEnded = (): void => this.#inside(() => this.#session.speechEnded());
  expectAnything = (): void => this.#inside(() => this.#session.expect({ kind: 'open' }));

  utter(audio: Uint8Array): void {
    this.speechStarted();
    this.hear(audio);
    this.speechEnded();
  }

  get finals(): string[] {
    return this.events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
  }

  async untilFinals(count: number): Promise<void> {
    while (this.finals.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#inside(() => this.#session.close());
  }

  #inside<T>(call: () => T): T {
    this.#isInside = true;
    try {
      return call();
    } finally {
      this.#isInside = false;
    }
  }

  #receive(event: SpeechEvent): void {
    if (this.#isInside) this.faults.push(`${event.type} from inside a method`);
    if (this.#isClosed) this.faults.push(`${event.type} after close`);
    this.events.push(event);
    this.#wake();
  }
}

export function sttConformance(name: string, make: () => SpeechToText, options: SttConformanceOptions = {}): void {
  const language = options.language ?? 'en-US';
  const within = <T>(work: Promise<T>): Promise<T> => settle(work, options.advance);
  const speech = options.speech ?? (async () => hum(8_000));

  describe(`recogniser contract: ${name}`, () => {
    const recognisers: SpeechToText[] = [];
    const listeners: Listener[] = [];

    const open = (recogniser: SpeechToText): Listener => {
      recognisers.push(recogniser);
      const listener = new Listener(recogniser, language);
      listeners.push(listener);
      return listener;
    };

    /** Gives an event that should not come the time to come: half a second, or what an utterance takes elsewhere. */
    const pause = async (recogniser: SpeechToText): Promise<void> => {
      if (options.advance) return options.advance(500);
      const bystander = open(recogniser);
      bystander.utter(hum(FRAME_BYTES));
      await bystander.untilFinals(1);
    };

    afterEach(async () => {
      for (const listener of listeners) await within(listener.close());
      for (const recogniser of recognisers.splice(0)) await within(recogniser.close());
      for (const { faults } of listeners.splice(0)) expect(faults).toEqual([]);
    });

    test('one final for each end of speech, in order, and no partial after it', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      for (let utterance = 1; utterance <= 3; utterance++) {
        listener.utter(await speech());
        await within(listener.untilFinals(utterance));
        expect(listener.events.at(-1)?.type).toBe('final');
      }
      await within(pause(recogniser));
      expect(listener.finals.length).toBe(3);
    });

    test('utterances that follow at once each get their final', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      const audio = await speech();
      listener.utter(audio);
      listener.utter(audio);
      listener.speechStarted();
      listener.hear(audio);
      listener.speechEnded();
      await within(listener.untilFinals(3));
      await within(pause(recogniser));
      expect(listener.finals.length).toBe(3);
    });

    test('speech without a frame, and an end without a beginning, get their finals too', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      listener.speechStarted();
      listener.speechEnded();
      listener.speechEnded();
      await within(listener.untilFinals(2));
      await within(pause(recogniser));
      expect(listener.finals.length).toBe(2);
    });

    test('a beginning within an utterance begins nothing new', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      listener.speechStarted();
      listener.speechStarted();
      listener.hear(await speech());
      listener.speechEnded();
      await within(listener.untilFinals(1));
      await within(pause(recogniser));
      expect(listener.finals.length).toBe(1);
    });

    test('no words without speech', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      listener.hear(new Uint8Array(50 * FRAME_BYTES).fill(0xff));
      await within(pause(recogniser));
      expect(listener.events).toEqual([]);
    });

    test('a new expectation at any moment disturbs nothing', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      const audio = await speech();
      listener.expectAnything();
      listener.speechStarted();
      listener.hear(audio.subarray(0, audio.length / 2));
      listener.expectAnything();
      listener.hear(audio.subarray(audio.length / 2));
      listener.speechEnded();
      listener.expectAnything();
      await within(listener.untilFinals(1));
      expect(listener.events.filter(({ type }) => type === 'error')).toEqual([]);
    });

    test('frames of any length are taken', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      listener.speechStarted();
      for (const length of [0, 1, 159, 161, 4_000]) listener.hear(hum(length));
      listener.speechEnded();
      await within(listener.untilFinals(1));
      expect(listener.events.filter(({ type }) => type === 'error')).toEqual([]);
    });

    test('sessions do not hear each other', async () => {
      const recogniser = make();
      const [one, other] = [open(recogniser), open(recogniser)];
      one.utter(await speech());
      await within(one.untilFinals(1));
      await within(pause(recogniser));
      expect(other.events).toEqual([]);
    });

    test('nothing comes after the close of a session in the middle of speech', async () => {
      const recogniser = make();
      const [closed, open_] = [open(recogniser), open(recogniser)];
      closed.utter(await speech());
      closed.speechStarted();
      closed.hear(await speech());
      const closing = closed.close();
      const heard = closed.events.length;
      await within(closing);
      await within(closed.close());
      closed.utter(await speech());
      closed.expectAnything();
      open_.utter(await speech());
      await within(open_.untilFinals(1));
      await within(pause(recogniser));
      expect(closed.events.length).toBe(heard);
    });

    test('the recogniser closes twice, with a session open', async () => {
      const recogniser = make();
      const listener = open(recogniser);
      listener.speechStarted();
      await within(Promise.all([recogniser.close(), recogniser.close()]));
      await within(recogniser.close());
      listener.hear(hum(FRAME_BYTES));
      await within(listener.close());
    });
  });
}

/** A rough tone. */
function hum(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i % 20 < 10 ? 0x20 : 0xa0));
}
