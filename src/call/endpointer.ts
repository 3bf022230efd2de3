/** Has each pause of the caller judged: how long it must last before the turn is over, given what was said, and how. */
import type { CallState } from '../core/call.ts';
import type { CallEvent, CallEventBody } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';
import { wordsSoFar } from '../core/turn.ts';
import { type Ending, type EndpointQuestion, judgeEndpoint, learnPause } from '../endpointing/endpointing.ts';
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
  /** The pauses of this caller after words that could have been the end, and after words that could not. */
  readonly pausesMs: readonly number[];
  readonly thoughtsMs: readonly number[];
  /** The newest verdict. */
  readonly judged?: Judged | undefined;
}

interface Judged {
  readonly question: EndpointQuestion;
  readonly ending: Ending;
  /** When the silence that it was about began; undefined when it was about no silence of the detector's. */
  readonly silentFrom: number | undefined;
}

export class Endpointer {
  readonly #options: EndpointerOptions;
  /** Undefined without a model: then nobody needs the caller's audio. */
  readonly listener: PauseListener | undefined;
  #memory: EndpointerMemory;

  constructor(
    options: EndpointerOptions,
    memory: EndpointerMemory = { expects: 'open', pausesMs: [], thoughtsMs: [] },
  ) {
    this.#options = options;
    const { model } = options;
    this.listener = model && new PauseListener(model, () => this.#judgeAgain());
    this.#memory = memory;
  }

  get memory(): EndpointerMemory {
    return this.#memory;
  }

  /** What the agent has just asked for. */
  expect({ kind }: Expectation): void {
    this.#memory = { ...this.#memory, expects: kind };
  }

  /** Feed it every step in order. */
  take(event: CallEvent, state: CallState): void {
    this.listener?.take(event, state);
    const { caller, phase } = state.turn;
    if (phase.name !== 'listening') return this.#forgetVerdict();
    if (event.type === 'speech-start') return this.#learn(event.since, caller.silentFrom);
    if (caller.speaking || !NEWS.has(event.type)) return;
    const words = wordsSoFar(caller);
    if (words === '') return;
    const { language, middleMs } = this.#options;
    const { expects, pausesMs, thoughtsMs } = this.#memory;
    const speechMs = Math.max(0, caller.silentFrom - caller.wordsFrom);
    // Words may come before the detector has heard the speech that they are of: the silence is not theirs then.
    const silentFrom = caller.silentFrom > phase.since ? caller.silentFrom : undefined;
    this.#judge({ words, language, expects, pausesMs, thoughtsMs, speechMs, middleMs }, silentFrom);
  }

  close(): void {
    this.listener?.close();
  }

  #judgeAgain(): void {
    const { judged } = this.#memory;
    if (judged) this.#judge(judged.question, judged.silentFrom);
  }

  #judge(question: EndpointQuestion, silentFrom: number | undefined): void {
    const completeness = this.listener?.completeness;
    const { waitMs, ending, reasons } = judgeEndpoint(
      completeness === undefined ? question : { ...question, completeness },
    );
    this.#memory = { ...this.#memory, judged: { question, ending, silentFrom } };
    const { words, expects } = question;
    this.#options.dispatch({ type: 'endpoint-judged', words, expects, waitMs, ending, reasons });
  }

  /** The caller goes on: the silence that was judged was only a pause. */
  #learn(since: number, silentFrom: number): void {
    const { judged, ...known } = this.#memory;
    this.#memory = known;
    if (judged?.silentFrom !== silentFrom) return;
    const list = judged.ending === 'unfinished' ? 'thoughtsMs' : 'pausesMs';
    this.#memory = { ...known, [list]: learnPause(known[list], since - silentFrom) };
  }

  #forgetVerdict(): void {
    const { judged, ...known } = this.#memory;
    if (judged) this.#memory = known;
  }
}

/** Only these change what there is to judge. */
const NEWS: ReadonlySet<CallEvent['type']> = new Set(['speech-end', 'transcript-partial', 'transcript-final']);
