/** Has each pause of the caller judged: how long it must last before the turn is over, given what was said. */
import type { CallState } from '../core/call.ts';
import type { CallEvent, CallEventBody } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';
import { wordsSoFar } from '../core/turn.ts';
import { judgeEndpoint, learnPause } from '../endpointing/endpointing.ts';
import type { Expectation } from '../providers/contracts.ts';
import type { AgentRuntime } from './agent-runtime.ts';

/** Undefined where every pause counts alike. */
export function createEndpointer(
  { agent, settings }: { readonly agent: AgentRuntime; readonly settings: CallSettings },
  dispatch: (event: CallEventBody) => void,
): Endpointer | undefined {
  const { endpointing, endpointingMs: middleMs } = settings;
  if (endpointing === 'fixed') return undefined;
  return new Endpointer({ language: agent.options.language, middleMs, dispatch });
}

interface EndpointerOptions {
  readonly language: string;
  /** The usual silence (`EOU_MS`). */
  readonly middleMs: number;
  readonly dispatch: (event: CallEventBody) => void;
}

/** What it has learned in a call; with it another one goes on from there. */
export interface EndpointerMemory {
  readonly expects: Expectation['kind'];
  readonly pausesMs: readonly number[];
}

export class Endpointer {
  readonly #options: EndpointerOptions;
  #expects: Expectation['kind'];
  #pausesMs: readonly number[];

  constructor(options: EndpointerOptions, memory: EndpointerMemory = { expects: 'open', pausesMs: [] }) {
    this.#options = options;
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
  take(event: CallEvent, { turn }: CallState): void {
    if (turn.phase.name !== 'listening') return;
    const { caller } = turn;
    if (event.type === 'speech-start' && wordsSoFar(caller) !== '') {
      this.#pausesMs = learnPause(this.#pausesMs, event.since - caller.silentFrom);
    }
    if (caller.speaking || !NEWS.has(event.type)) return;
    const words = wordsSoFar(caller);
    if (words === '') return;
    const { dispatch, language, middleMs } = this.#options;
    const speechMs = Math.max(0, caller.silentFrom - caller.wordsFrom);
    const question = { words, language, expects: this.#expects, pausesMs: this.#pausesMs, speechMs, middleMs };
    const { waitMs, ending, reasons } = judgeEndpoint(question);
    dispatch({ type: 'endpoint-judged', words, expects: this.#expects, waitMs, ending, reasons });
  }
}

/** Only these change what there is to judge. */
const NEWS: ReadonlySet<CallEvent['type']> = new Set(['speech-end', 'transcript-partial', 'transcript-final']);
