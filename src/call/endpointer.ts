/** Has each pause of the caller judged: how long it must last before the turn is over, given what was said, and how. */
import type { CallState } from '../core/call.ts';
import type { CallEvent, CallEventBody } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';
import { wordsSoFar } from '../core/turn.ts';
import { type EndpointQuestion, judgeEndpoint, learnPause } from '../endpointing/endpointing.ts';
import type { EndpointingModel } from '../endpointing-model/contract.ts';
import type { Expectation } from '../providers/contracts.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { PauseListener } from './pause-listener.ts';

interface Situation {
  readonly agent: AgentRuntime;
  readonly settings: CallSettings;
  readonly endpointingModel?: EndpointingModel | undefined;
}

/** Undefined where every pause counts alike. */
export function createEndpointer(
  { agent, settings, endpointingModel: model }: Situation,
  dispatch: (event: CallEventBody) => void,
): Endpointer | undefined {
  const { endpointing, endpointingMs: middleMs } = settings;
  if (endpointing === 'fixed') return undefined;
  return new Endpointer({ language: agent.options.language, middleMs, dispatch, model });
}

interface EndpointerOptions {
  readonly language: string;
  /** The usual silence (`EOU_MS`). */
  readonly middleMs: number;
  readonly dispatch: (event: CallEventBody) => void;
  /** Hears each pause, beside the rules. */
  readonly model?: EndpointingModel | undefined;
}

/** What it has learned in a call; with it another one goes on from there. */
export interface EndpointerMemory {
  readonly expects: Expectation['kind'];
  readonly pausesMs: readonly number[];
}

export class Endpointer {
  readonly #options: EndpointerOptions;
  /** Undefined without a model: then nobody needs the caller's audio. */
  readonly listener: PauseListener | undefined;
  #expects: Expectation['kind'];
  #pausesMs: readonly number[];
  /** What was asked of the words in the pause in progress; the model's answer makes it worth asking again. */
  #judged: EndpointQuestion | undefined;

  constructor(options: EndpointerOptions, memory: EndpointerMemory = { expects: 'open', pausesMs: [] }) {
    this.#options = options;
    const { model } = options;
    this.listener = model && new PauseListener(model, () => this.#judgeAgain());
    this.#expects = memory.expects;
    this.#pausesMs = memory.pausesMs;
  }

  get memory(): EndpointerMemory {
    return { expects: this.#expects, pausesMs: this.#pausesMs };
  }

  /** What the agent has just asked for. */
  expect({ kind }: Expectation): void {
    this.#expects = kind;
  }

  /** Feed it every step in order. */
  take(event: CallEvent, state: CallState): void {
    this.listener?.take(event, state);
    const { caller, phase } = state.turn;
    if (phase.name !== 'listening' || caller.speaking) this.#judged = undefined;
    if (phase.name !== 'listening') return;
    if (event.type === 'speech-start' && wordsSoFar(caller) !== '') {
      this.#pausesMs = learnPause(this.#pausesMs, event.since - caller.silentFrom);
    }
    if (caller.speaking || !NEWS.has(event.type)) return;
    const words = wordsSoFar(caller);
    if (words === '') return;
    const { language, middleMs } = this.#options;
    const speechMs = Math.max(0, caller.silentFrom - caller.wordsFrom);
    this.#judge({ words, language, expects: this.#expects, pausesMs: this.#pausesMs, speechMs, middleMs });
  }

  close(): void {
    this.listener?.close();
  }

  #judgeAgain(): void {
    if (this.#judged) this.#judge(this.#judged);
  }

  #judge(question: EndpointQuestion): void {
    this.#judged = question;
    const completeness = this.listener?.completeness;
    const { waitMs, ending, reasons } = judgeEndpoint(
      completeness === undefined ? question : { ...question, completeness },
    );
    const { words, expects } = question;
    this.#options.dispatch({ type: 'endpoint-judged', words, expects, waitMs, ending, reasons });
  }
}

/** Only these change what there is to judge. */
const NEWS: ReadonlySet<CallEvent['type']> = new Set(['speech-end', 'transcript-partial', 'transcript-final']);
