/** Has each pause of the caller judged: how long it must last before the turn is over, given what was said. */
import type { CallState } from '../core/call.ts';
import type { CallEvent, CallEventBody } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';
import { wordsSoFar } from '../core/turn.ts';
import { type Ending, judgeEndpoint, learnPause } from '../endpointing/endpointing.ts';
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

export class Endpointer {
  readonly #options: EndpointerOptions;
  #expects: Expectation['kind'] = 'open';
  /** The pauses of this caller after words that could have been the end, and after words that could not. */
  #pausesMs: readonly number[] = [];
  #thoughtsMs: readonly number[] = [];
  /** The newest verdict, and when the silence that it was about began. */
  #judged: { readonly silentFrom: number; readonly ending: Ending } | undefined;

  constructor(options: EndpointerOptions) {
    this.#options = options;
  }

  /** What the agent has just asked for. */
  expect({ kind }: Expectation): void {
    this.#expects = kind;
  }

  /** Feed it every step in order. */
  take(event: CallEvent, { turn }: CallState): void {
    if (turn.phase.name !== 'listening') {
      this.#judged = undefined;
      return;
    }
    const { caller } = turn;
    if (event.type === 'speech-start') return this.#learn(event.since, caller.silentFrom);
    if (caller.speaking || !NEWS.has(event.type)) return;
    const words = wordsSoFar(caller);
    if (words === '') return;
    const { dispatch, language, middleMs } = this.#options;
    const speechMs = Math.max(0, caller.silentFrom - caller.wordsFrom);
    const question = {
      words,
      language,
      expects: this.#expects,
      pausesMs: this.#pausesMs,
      thoughtsMs: this.#thoughtsMs,
      speechMs,
      middleMs,
    };
    const { waitMs, ending, reasons } = judgeEndpoint(question);
    // Words may come before the detector has heard the speech that they are of: the silence is not theirs then.
    this.#judged = caller.silentFrom > turn.phase.since ? { silentFrom: caller.silentFrom, ending } : undefined;
    dispatch({ type: 'endpoint-judged', words, expects: this.#expects, waitMs, ending, reasons });
  }

  /** The caller goes on: the silence that was judged was only a pause. */
  #learn(since: number, silentFrom: number): void {
    const judged = this.#judged;
    this.#judged = undefined;
    if (judged?.silentFrom !== silentFrom) return;
    if (judged.ending === 'unfinished') this.#thoughtsMs = learnPause(this.#thoughtsMs, since - silentFrom);
    else this.#pausesMs = learnPause(this.#pausesMs, since - silentFrom);
  }
}

/** Only these change what there is to judge. */
const NEWS: ReadonlySet<CallEvent['type']> = new Set(['speech-end', 'transcript-partial', 'transcript-final']);
