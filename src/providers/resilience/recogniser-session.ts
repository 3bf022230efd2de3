import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { Expectation, SpeechEvent, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { tooSlow, unreachable } from '../vendor-error.ts';
import { AudioRing } from './audio-ring.ts';
import type { ProviderHealth } from './health.ts';
import { forCall, type OnProviderNews } from './news.ts';
import { Agenda, type AgendaItem } from './recogniser-agenda.ts';
import type { RecogniserBudgets } from './recogniser-budgets.ts';
import { MuteMeter } from './recogniser-mute.ts';
import { Replay } from './recogniser-replay.ts';
import { RecogniserRoute } from './recogniser-route.ts';
import { Stint } from './recogniser-stint.ts';
import { UtteranceBook } from './recogniser-utterances.ts';

/** What a call remembers of its audio: a longer outage, or a longer utterance, loses its beginning. */
const REMEMBERED_BYTES = 10 * SAMPLE_RATE_HZ;

export interface ResilientSessionOptions {
  readonly chain: readonly SpeechToText[];
  readonly clock: Clock;
  readonly health: ProviderHealth;
  readonly onNews: OnProviderNews;
  readonly budgets: RecogniserBudgets;
  readonly call: SpeechToTextOptions;
  readonly onClosed: () => void;
}

/**
 * One call's recognition, whoever does it. All that is due some time stands in one place (`#dues`) and is done by one
 * alarm; the methods only change the state and set that alarm, so no event leaves from inside them.
 */
export class ResilientSession implements SpeechToTextSession {
  readonly #options: ResilientSessionOptions;
  readonly #ring = new AudioRing(REMEMBERED_BYTES);
  readonly #book = new UtteranceBook();
  readonly #mute = new MuteMeter();
  readonly #route: RecogniserRoute;
  readonly #closings = new Set<Promise<void>>();
  readonly #agenda: Agenda;
  #stint: Stint | undefined;
  #wasOpen = false;
  #lastError: ProviderError | undefined;
  /** Somebody whose silence was suspicious; proven right or wrong by what the next one makes of the same audio. */
  #doubted: Stint | undefined;
  #expectation: Expectation | undefined;
  /** The most that anybody has understood of the oldest utterance that is owed, where nobody was through with it. */
  #known = '';
  /** Second opinions that were asked for on it. */
  #opinions = 0;
  #isOver = false;

  constructor(options: ResilientSessionOptions) {
    this.#options = { ...options, onNews: forCall(options.onNews, options.call.callSid) };
    this.#route = new RecogniserRoute(this.#options);
    this.#agenda = new Agenda(options.clock, () => this.#dues());
    this.#open();
    this.#agenda.arm();
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#ring.write(frame);
    this.#stint?.write(frame);
  }

  speechStarted(): void {
    if (this.#isOver || this.#book.isSpeaking) return;
    this.#book.speechStarted(this.#ring.end);
    this.#mute.speechStarted(this.#options.clock.now());
    this.#stint?.speechEdge('started');
    this.#agenda.arm();
  }

  speechEnded(): void {
    if (this.#isOver) return;
    const now = this.#options.clock.now();
    this.#book.speechEnded(this.#ring.end, now);
    this.#mute.speechEnded(now);
    this.#stint?.speechEdge('ended');
    this.#agenda.arm();
  }

  expect(expectation: Expectation): void {
    if (this.#isOver) return;
    this.#expectation = expectation;
    this.#stint?.expect(expectation);
  }

  async close(): Promise<void> {
    this.#end();
    await Promise.all(this.#closings);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#agenda.close();
    this.#dismiss();
    this.#options.onClosed();
  }

  // Who listens

  #open(): void {
    const { clock, budgets, call } = this.#options;
    const next = this.#route.next();
    if (!next) return;
    const from = Math.max(this.#book.settledByte, this.#ring.start);
    this.#stint = new Stint({
      ...next,
      clock,
      call: { callSid: call.callSid, language: call.language },
      replay: new Replay(this.#ring, this.#book.marks(), from),
      expectation: this.#expectation,
      isReopened: this.#wasOpen,
      closeMs: budgets.closeMs,
      onEvent: (stint, event) => this.#onEvent(stint, event),
      onLive: (stint) => this.#onLive(stint),
    });
    this.#wasOpen = true;
    this.#stint.start();
  }

  #onLive(stint: Stint): void {
    this.#mute.clear(this.#options.clock.now());
    if (stint.isProven) this.#announce(stint);
    this.#agenda.arm();
  }

  /** The present session is let go of, in the background. */
  #dismiss(): void {
    const stint = this.#stint;
    if (!stint) return;
    this.#stint = undefined;
    const closing = stint.close().finally(() => this.#closings.delete(closing));
    this.#closings.add(closing);
  }

  /** Who is next is asked by the alarm, after the promise jobs in which `health` learns of the failure. */
  #fail(stint: Stint, error: ProviderError, worked: boolean): void {
    void this.#options.health.failed(stint.who, error);
    this.#lastError = error;
    this.#route.failed(stint.index, error, worked);
    this.#dismiss();
    this.#agenda.arm();
  }

  /** It gave no words where there may have been some. That is no failure yet: there are noises. */
  #doubt(stint: Stint, mayReturn: boolean): void {
    this.#doubted = stint;
    this.#route.doubted(mayReturn);
    this.#dismiss();
    this.#agenda.arm();
  }

  /** Nobody is there any more. Words that are owed are lost; their empty finals have the caller asked again. */
  #giveUp(): void {
    while (!this.#isOver && this.#book.oldestOwed) this.#settleEmpty();
    const who = { provider: this.#options.chain.map(({ name }) => name).join(', '), operation: 'stt' } as const;
    this.#emit({ type: 'error', error: this.#lastError ?? unreachable(who, 'every one failed repeatedly before') });
    this.#end();
  }

  // What they hear

  #onEvent(stint: Stint, event: SpeechEvent): void {
    if (event.type === 'error') this.#fail(stint, event.error, stint.isProven);
    else if (event.type === 'final') this.#onFinal(stint, event.text, event.isOverdue ?? false);
    else if (event.text.trim() !== '') {
      this.#onWords(stint);
      this.#emit(event);
    }
  }

  #onFinal(stint: Stint, text: string, isOverdue: boolean): void {
    const isEmpty = text.trim() === '';
    const owed = this.#book.oldestOwed;
    // Nobody waits for it: a vendor repeats itself, or the caller was too quiet for the VAD.
    if (!owed && (isEmpty || text === stint.lastFinal)) return;
    if (owed && isOverdue && this.#opinions < this.#mostOpinions && owed.speechMs >= this.#options.budgets.doubtMs) {
      this.#opinions++;
      if (text.length > this.#known.length) this.#known = text;
      this.#doubt(stint, false);
      return;
    }
    if (owed && isEmpty && !stint.hasWords && this.#known === '' && this.#route.mayDoubt(owed.speechMs)) {
      this.#doubt(stint, false);
      return;
    }
    const words = owed && (isEmpty || isOverdue) && this.#known.length > text.length ? this.#known : text;
    this.#known = '';
    this.#opinions = 0;
    if (owed) this.#book.settle();
    else this.#book.settleUnowed(this.#ring.end);
    stint.lastFinal = text;
    if (isEmpty) this.#doubted = undefined;
    else this.#onWords(stint);
    this.#emit({ type: 'final', text: words });
    this.#agenda.arm();
  }

  #onWords(stint: Stint): void {
    const { clock, health } = this.#options;
    const doubted = this.#doubted;
    this.#doubted = undefined;
    if (doubted) void health.failed(doubted.who, tooSlow(doubted.who, 'speech without a word'));
    this.#mute.clear(clock.now());
    this.#route.spoke();
    this.#prove(stint);
    if (stint.hasWords) return;
    stint.hasWords = true;
    // A breaker that other calls have opened meanwhile refuses the good news too.
    health.guard(stint.who, async () => {}).catch(() => {});
  }

  #prove(stint: Stint): void {
    if (stint.isProven) return;
    stint.isProven = true;
    this.#route.connected();
    if (stint.liveAt !== undefined) this.#announce(stint);
  }

  /** It has caught up, and it works. */
  #announce({ isReopened, who, replayedMs }: Stint): void {
    if (isReopened) this.#options.onNews({ type: 'reconnected', provider: who.provider, replayedMs });
  }

  /** Each of the others once, or the only one once more. */
  get #mostOpinions(): number {
    return Math.max(1, this.#options.chain.length - 1);
  }

  #settleEmpty(): void {
    this.#book.settle();
    const text = this.#known;
    this.#known = '';
    this.#opinions = 0;
    this.#emit({ type: 'final', text });
  }

  #emit(event: SpeechEvent): void {
    if (!this.#isOver) this.#options.call.onEvent(event);
  }

  // What is due

  #dues(): readonly AgendaItem[] {
    const { budgets } = this.#options;
    const route = this.#route;
    const stint = this.#stint;
    const owed = this.#book.oldestOwed;
    const lost = [route.lostAt, () => this.#giveUp()] as const;
    if (!stint) {
      const unanswered = [owed && owed.endedAt + budgets.outageMs, () => this.#settleEmpty()] as const;
      return [lost, unanswered, [route.reopenAt, () => this.#open()]];
    }
    if (stint.liveAt === undefined) return [lost];
    const late = () => this.#fail(stint, tooSlow(stint.who, 'no words after the end of speech'), false);
    return [
      lost,
      [stint.isProven ? undefined : stint.openedAt + budgets.connectedMs, () => this.#prove(stint)],
      [owed && Math.max(owed.endedAt, stint.liveAt) + budgets.finalMs, late],
      [this.#mute.dueAt(route.muteMs), () => this.#doubt(stint, stint.hasWords)],
    ];
  }
}
