/** One running stream as an onlooker sees it. It is fed only while somebody looks on, and then builds only what is wanted. */
import type { CallTap, LookedOnCall } from '../call/call-tap.ts';
import type { OperatorAction } from '../call/operator-action.ts';
import { TurnTimer } from '../call/turn-timing.ts';
import type { CallStep } from '../core/call.ts';
import type { CallEffect, CallEvent, Turn } from '../core/call-event.ts';
import { takenBy } from '../core/operator.ts';
import { floorOf, type TurnState, taskOf, wordsSoFar } from '../core/turn.ts';
import { linesOf, type SeenStep, type Tell, turnLine, withoutOldPartials } from './lines.ts';
import type { LiveCall, LiveLine } from './live-call.ts';

export interface CallViewOptions {
  readonly call: LookedOnCall;
  readonly node: string;
  /** Wall-clock time of call time 0. */
  readonly startedAt: string;
  readonly now: () => number;
  readonly tell: Tell;
  /** The list's picture of it has changed. */
  readonly onChange: (view: CallView) => void;
  /** There are lines to be taken. */
  readonly onLines: (view: CallView) => void;
}

/** Steps that are kept for whoever begins to follow later. */
const MOST_STEPS = 300;
/** Lines that wait to be taken; a burst beyond it loses its oldest. */
const MOST_LINES = 300;
/** What the list shows of the last words. */
const LAST_WORDS = 200;

export class CallView implements CallTap {
  readonly #o: CallViewOptions;
  readonly #timer = new TurnTimer();
  readonly #steps: (SeenStep | LiveLine)[] = [];
  /** Turns that were over before the first of the steps. */
  readonly #turnsBefore: number;
  #fresh: LiveLine[] = [];
  #lastWords: LiveCall['lastWords'];
  #latencyMs: number | null = null;
  isFollowed = false;

  constructor(options: CallViewOptions) {
    this.#o = options;
    const { transcript } = options.call.stream.state;
    const last = transcript.at(-1);
    this.#turnsBefore = transcript.length;
    this.#lastWords = last ? { who: last.who, text: last.text.slice(-LAST_WORDS) } : null;
  }

  get callSid(): string {
    return this.#o.call.callSid;
  }

  get picture(): LiveCall {
    const { call, node, startedAt } = this.#o;
    const { agent, callSid, from, language, stream, to } = call;
    const { turn } = stream.state;
    return {
      callSid,
      node,
      agent,
      language,
      from,
      to,
      startedAt,
      state: floorOf(turn),
      lastWords: this.#lastWords,
      latencyMs: this.#latencyMs,
      recording: stream.recording,
      takenOverBy: takenBy(turn) ?? null,
    };
  }

  /** All lines so far, as far as they are kept. */
  get linesSoFar(): readonly LiveLine[] {
    const { call, tell } = this.#o;
    const earlier = call.stream.state.transcript.slice(0, this.#turnsBefore).map((turn) => turnLine(turn, turn.to));
    const later = this.#steps.flatMap((step) => ('effects' in step ? linesOf(step, tell) : [step]));
    return withoutOldPartials([...earlier, ...later]).slice(-MOST_LINES);
  }

  /** The lines since the last time, for those who have had those before. */
  takeLines(): readonly LiveLine[] {
    const lines = this.#fresh;
    this.#fresh = [];
    return lines;
  }

  step(event: CallEvent, [state, effects]: CallStep): void {
    const words = wordsOf(state.turn);
    const entry: SeenStep = { event, effects, state: floorOf(state.turn), words };
    this.#keep(entry);
    const timing = this.#timer.take(event, effects);
    if (timing) this.#latencyMs = timing.totalMs;
    const isSeen = this.#note(event, effects, words);
    if (isSeen || timing) this.#o.onChange(this);
    if (this.isFollowed) this.#tell(linesOf(entry, this.#o.tell));
  }

  acted(action: OperatorAction['type'], by: string): void {
    const line: LiveLine = { type: 'action', at: this.#o.call.stream.callTime(this.#o.now()), action, by };
    this.#keep(line);
    this.#o.onChange(this);
    if (this.isFollowed) this.#tell([line]);
  }

  #tell(lines: readonly LiveLine[]): void {
    if (lines.length === 0) return;
    this.#fresh.push(...lines);
    if (this.#fresh.length > MOST_LINES) this.#fresh.splice(0, this.#fresh.length - MOST_LINES);
    this.#o.onLines(this);
  }

  #keep(step: SeenStep | LiveLine): void {
    this.#steps.push(step);
    if (this.#steps.length > MOST_STEPS) this.#steps.splice(0, MOST_STEPS / 10);
  }

  /** Whether the list would show anything else. */
  #note(event: CallEvent, effects: readonly CallEffect[], words: string): boolean {
    let isSeen = false;
    if (event.type === 'sentence-start') isSeen = this.#say('agent', event.text);
    if (event.type === 'transcript-partial' || event.type === 'transcript-final') isSeen = this.#say('caller', words);
    for (const effect of effects) {
      if (effect.type === 'turn-finished') isSeen = this.#say(effect.turn.who, effect.turn.text);
      else if (SEEN.has(effect.type)) isSeen = true;
    }
    return isSeen;
  }

  #say(who: Turn['who'], text: string): boolean {
    if (text !== '') this.#lastWords = { who, text: text.slice(-LAST_WORDS) };
    return true;
  }
}

/** What is being answered is written down when the answer is over. */
const wordsOf = (turn: TurnState): string => wordsSoFar(turn.caller) || (taskOf(turn)?.answers ?? '');

const SEEN: ReadonlySet<CallEffect['type']> = new Set([
  'state-change',
  'consent-heard',
  'operator-start',
  'operator-end',
] as const);
