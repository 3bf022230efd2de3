import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import { brokenAnswer } from '../vendor-error.ts';
import type { AudioTail } from './audio-tail.ts';
import type { SpeechNews } from './stt-codec.ts';
import { WHO } from './stt-connection.ts';
import { isRotationDue, type RotationLimits } from './stt-rotation.ts';
import type { SpeechStream, SpeechStreamOptions, StreamEnd } from './stt-stream.ts';
import { BYTES_PER_MS, joinParts, StreamTranscript, type TranscriptPart } from './stt-transcript.ts';

/** Five frames: what Google recommends, and a tenth of the messages. */
const BATCH_BYTES = 800;
/** Streams that Google may end one after another without a final, before that counts as its failure. */
const MAX_BARREN_STREAMS = 3;

export type OpenStream = (listen: Pick<SpeechStreamOptions, 'onNews' | 'onEnd'>) => SpeechStream;

export interface UtteranceOptions {
  readonly clock: Clock;
  readonly tail: AudioTail;
  /** Where in the call's audio it begins, in bytes. */
  readonly from: number;
  readonly limits: RotationLimits;
  readonly openStream: OpenStream;
  readonly onWords: (utterance: Utterance) => void;
  /** Google has said all that it has to say about it. */
  readonly onDone: (utterance: Utterance) => void;
  readonly onFail: (error: ProviderError) => void;
}

interface Part extends TranscriptPart {
  readonly stream: SpeechStream;
  readonly openedAt: number;
  /** Position of the audio when its words last changed. */
  changedAt: number;
  isQuiet: boolean;
  isOver: boolean;
}

/** What is said between two edges of the VAD: one stream, or several one after another when it is a long speech. */
export class Utterance {
  readonly #options: UtteranceOptions;
  readonly #parts: Part[] = [];
  #sent: number;
  #barren = 0;
  #isEnded = false;
  #isCancelled = false;

  constructor(options: UtteranceOptions) {
    this.#options = options;
    this.#sent = options.from;
  }

  get text(): string {
    return joinParts(this.#parts);
  }

  /** Google dropped words that it had heard. */
  get isDoubtful(): boolean {
    return this.#parts.some(({ transcript }) => transcript.isDoubtful);
  }

  /** The caller has ended it, and so have all its streams. */
  get isDone(): boolean {
    return this.#isEnded && this.#parts.every(({ isOver }) => isOver);
  }

  /** There is new audio in the tail. */
  audioCame(): void {
    if (this.#options.tail.end - this.#sent >= BATCH_BYTES) this.#flush();
  }

  end(): void {
    this.#flush();
    this.#isEnded = true;
    this.#parts.at(-1)?.stream.end();
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const { stream } of this.#parts) stream.cancel();
  }

  #flush(): void {
    const { tail } = this.#options;
    const from = Math.max(this.#sent, tail.start);
    if (from === tail.end) return;
    const last = this.#parts.at(-1);
    const part = last && !last.isOver ? last : this.#open(from);
    part.stream.send(tail.copy(from, tail.end));
    this.#sent = tail.end;
    this.#rotateIfDue(part);
  }

  #open(from: number): Part {
    const { clock, openStream } = this.#options;
    const stream = openStream({
      onNews: (news) => this.#hear(part, news),
      onEnd: (end) => this.#streamEnded(part, end),
    });
    const part: Part = {
      stream,
      from,
      transcript: new StreamTranscript(),
      openedAt: clock.now(),
      changedAt: from,
      isQuiet: false,
      isOver: false,
    };
    this.#parts.push(part);
    return part;
  }

  #rotateIfDue(part: Part): void {
    const { clock, limits, tail } = this.#options;
    const audioMs = (tail.end - part.from) / BYTES_PER_MS;
    const age = {
      ageMs: Math.max(audioMs, clock.now() - part.openedAt),
      unchangedMs: (tail.end - part.changedAt) / BYTES_PER_MS,
      isQuiet: part.isQuiet,
    };
    if (!isRotationDue(limits, age)) return;
    part.stream.end();
    const from = Math.max(tail.start, part.from, tail.end - limits.overlapMs * BYTES_PER_MS);
    this.#open(from).stream.send(tail.copy(from, tail.end));
  }

  #hear(part: Part, news: SpeechNews): void {
    if (news.activity) part.isQuiet = news.activity === 'end';
    if (!part.transcript.accept(news)) return;
    part.changedAt = this.#options.tail.end;
    this.#options.onWords(this);
  }

  #streamEnded(part: Part, end: StreamEnd): void {
    part.isOver = true;
    if (this.#isCancelled) return;
    if (end === 'limit' && part === this.#parts.at(-1)) this.#goOnAfter(part);
    else if (end !== 'finished' && end !== 'limit') return this.#options.onFail(end);
    if (this.isDone) this.#options.onDone(this);
  }

  /**
   * Google has ended the newest stream in the middle. What it had not settled is heard again, from a little before; the
   * next stream opens with the next audio, or at once when there is none to come.
   */
  #goOnAfter({ from, transcript }: Part): void {
    const { tail, limits, onFail } = this.#options;
    this.#barren = transcript.finalMs > 0 ? 0 : this.#barren + 1;
    if (this.#barren > MAX_BARREN_STREAMS) return onFail(brokenAnswer(WHO, 'it ends every stream at once'));
    const settled = from + transcript.finalMs * BYTES_PER_MS;
    const replayFrom = Math.max(from, settled - limits.overlapMs * BYTES_PER_MS);
    // Unsettled words stand only for audio that is gone.
    if (settled >= tail.start) transcript.dropInterim();
    if (settled >= tail.end) return;
    this.#sent = Math.max(replayFrom, tail.start);
    if (!this.#isEnded) return;
    this.#flush();
    this.#parts.at(-1)?.stream.end();
  }
}
