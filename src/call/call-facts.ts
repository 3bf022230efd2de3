/** Tells the durable record what a call brings about, read off its steps. Nothing here waits, but for a tool's effect. */
import type { CallStep } from '../core/call.ts';
import type { CallEvent, EndReason, ToolExchange, Turn } from '../core/call-event.ts';
import type { CallCost } from '../core/cost.ts';
import { type ConsentLine, type Fact, type FactBody, factKey } from '../core/fact.ts';
import { taskOf } from '../core/turn.ts';

/** Where facts become durable. */
export interface FactLog {
  /** Resolves when the fact survives the loss of this process and of its power. Rejects when it cannot be kept. */
  append(fact: Fact): Promise<void>;
  /** For whoever does not wait; what cannot be kept is counted and told by the log itself. */
  note(fact: Fact): void;
}

/** Keeps nothing: a call that only serves a test, or a figure. */
export const noFacts: FactLog = { append: async () => {}, note: () => {} };

/** Whose facts they are. */
export interface FactSource {
  readonly log: FactLog;
  readonly tenant: string;
  readonly node: string;
  /** Wall-clock time. */
  readonly date: () => Date;
}

export function stamp(body: FactBody, callSid: string, fence: number, { date, node, tenant }: FactSource): Fact {
  return { ...body, key: factKey(body), tenant, callSid, node, fence, at: date().toISOString() };
}

export interface CallFactsOptions extends FactSource {
  readonly callSid: string;
  readonly streamSid: string;
  readonly attempt: number;
  /** What the call had before this stream. */
  readonly turns: number;
  /** Turns after those that nobody has told of: the words over which another node died. */
  readonly untold: readonly Turn[];
  readonly outcomes: number;
  readonly tools: number;
  readonly consent: boolean | undefined;
  readonly consents: number;
  /** What the caller heard in an earlier stream. */
  readonly consentLine: ConsentLine | undefined;
  /** What operators had done. */
  readonly acts: number;
  readonly elapsedMs: number;
}

/** The facts of one stream of a call. */
export class CallFacts {
  readonly #o: CallFactsOptions;
  #turns: number;
  #outcomes: number;
  #tools: number;
  #consents: number;
  #acts: number;
  #consent: boolean | undefined;
  #consentLine: ConsentLine | undefined;

  constructor(options: CallFactsOptions) {
    this.#o = options;
    this.#turns = options.turns;
    this.#outcomes = options.outcomes;
    this.#tools = options.tools;
    this.#consents = options.consents;
    this.#acts = options.acts;
    this.#consent = options.consent;
    this.#consentLine = options.consentLine;
  }

  started(): void {
    const { streamSid, attempt } = this.#o;
    this.#note({ type: 'stream-started', streamSid, attempt });
    for (const turn of this.#o.untold) this.#turn(turn, 0);
  }

  /** Feed it every step in order. */
  take(event: CallEvent, [state, effects]: CallStep): void {
    if (event.type === 'outcome') {
      this.#note({ type: 'outcome', index: this.#outcomes++, outcome: event.outcome });
    }
    for (const effect of effects) {
      if (effect.type === 'turn-finished') {
        this.#turn(effect.turn, this.#o.elapsedMs);
      }
      if (effect.type === 'answer-start') {
        const text = taskOf(state.turn)?.answers ?? '';
        this.#note({ type: 'heard', reply: effect.reply, afterTurns: this.#turns, text });
      }
    }
  }

  get acts(): number {
    return this.#acts;
  }

  operatorAct(act: Pick<Extract<FactBody, { type: 'operator-act' }>, 'act' | 'by' | 'text'>): void {
    this.#note({ type: 'operator-act', index: this.#acts++, afterTurns: this.#turns, ...act });
  }

  get consentGiven(): boolean | undefined {
    return this.#consent;
  }

  get consents(): number {
    return this.#consents;
  }

  get consentLine(): ConsentLine | undefined {
    return this.#consentLine;
  }

  /** `line` is what the caller has just heard; without one, what they had heard before still stands. */
  consent(given: boolean, line?: ConsentLine): void {
    this.#consent = given;
    this.#consentLine = line ?? this.#consentLine;
    const heard = this.#consentLine === undefined ? {} : { line: this.#consentLine };
    this.#note({ type: 'consent', index: this.#consents++, subject: 'recording', given, ...heard });
  }

  segment(fact: Extract<FactBody, { type: 'recording-segment' }>): void {
    this.#note(fact);
  }

  /** Resolves when the tool's effect is durable; rejects when it cannot be kept. */
  effect(exchange: ToolExchange): Promise<void> {
    const place = { index: this.#tools++, afterTurns: this.#turns };
    return this.#o.log.append(this.#stamp({ type: 'tool-effect', ...place, ...exchange }));
  }

  cost(cost: CallCost): void {
    this.#note({ type: 'cost', streamSid: this.#o.streamSid, ...cost });
  }

  ended(reason: EndReason): void {
    this.#note({ type: 'stream-ended', streamSid: this.#o.streamSid, reason });
  }

  #turn({ from, to, ...said }: Turn, sinceMs: number): void {
    this.#note({ type: 'turn', index: this.#turns++, ...said, fromMs: sinceMs + from, toMs: sinceMs + to });
  }

  #note(body: FactBody): void {
    this.#o.log.note(this.#stamp(body));
  }

  #stamp(body: FactBody): Fact {
    return stamp(body, this.#o.callSid, this.#o.attempt, this.#o);
  }
}
