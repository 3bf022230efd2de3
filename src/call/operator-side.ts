/** The operators' side of one stream: what they ask for, who has the call, and whether that one is still there. */
import type { CallState } from '../core/call.ts';
import type { CallEventBody } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import { takenBy } from '../core/operator.ts';
import { taskOf } from '../core/turn.ts';
import type { Log } from '../observe/log.ts';
import type { CallFacts } from './call-facts.ts';
import type { TapSlot } from './call-tap.ts';
import type { OperatorAction, OperatorOutcome, OperatorRequest } from './operator-action.ts';
import { OperatorVoice } from './operator-voice.ts';
import type { PlayoutQueue } from './playout-queue.ts';
import type { SessionRecording } from './session-recording.ts';

export interface OperatorSideOptions {
  readonly clock: Clock;
  readonly playout: PlayoutQueue;
  readonly recording: SessionRecording | undefined;
  readonly state: () => CallState;
  /** Call time of a time of the clock. */
  readonly callTime: (at: number) => number;
  readonly dispatch: (event: CallEventBody) => void;
  readonly facts: Pick<CallFacts, 'operatorAct'>;
  readonly taps: Pick<TapSlot, 'acted'>;
  readonly log: Log;
}

/** An operator who is not heard of for so long is gone: a browser that is closed, a network that is lost. */
const AWAY_MS = 6_000;
/** Requests that are remembered, so that a repeat is not carried out again. */
const MOST_REMEMBERED = 200;

const done: OperatorOutcome = { type: 'done' };
const refused = (code: Extract<OperatorOutcome, { type: 'refused' }>['code']): OperatorOutcome => ({
  type: 'refused',
  code,
});

export class OperatorSide {
  readonly #o: OperatorSideOptions;
  readonly #outcomes = new Map<string, OperatorOutcome>();
  #voice: OperatorVoice | undefined;
  #heardOfAt = 0;

  constructor(options: OperatorSideOptions) {
    this.#o = options;
  }

  /** Carries out a request, unless it has been already. */
  act({ action, actionId, by }: OperatorRequest): OperatorOutcome {
    const before = this.#outcomes.get(actionId);
    if (before) return before.type === 'done' ? { type: 'done-before' } : before;
    const outcome = this.#act(action, by);
    if (this.#outcomes.size >= MOST_REMEMBERED) this.#outcomes.delete(this.#outcomes.keys().next().value!);
    this.#outcomes.set(actionId, outcome);
    const { log, taps } = this.#o;
    log.info('OPERATOR_ACT', {
      action: action.type,
      outcome: outcome.type === 'refused' ? outcome.code : outcome.type,
    });
    if (outcome.type === 'done') taps.acted(action.type, by);
    return outcome;
  }

  /** Live audio of whoever has the call; of anybody else nothing is heard. */
  speak(by: string, audio: Uint8Array): void {
    if (this.#holder !== by) return;
    this.present(by);
    this.#voice?.push(audio);
  }

  /** Whoever has the call is still there. */
  present(by: string): void {
    if (this.#holder === by) this.#heardOfAt = this.#o.clock.now();
  }

  /** Called every second: an operator who has gone away gives the call back. */
  watch(): void {
    if (this.#holder === undefined || this.#o.clock.now() - this.#heardOfAt < AWAY_MS) return;
    this.#giveBack(this.#holder, { away: true });
  }

  /** The core's word that an operator has the call, or no longer. */
  start(): void {
    const { callTime, clock, dispatch, playout } = this.#o;
    this.#heardOfAt = clock.now();
    this.#voice = new OperatorVoice({
      clock,
      playout,
      onSpoke: (from, to) => dispatch({ type: 'operator-spoke', from: callTime(from), to: callTime(to) }),
    });
  }

  end(): void {
    this.#voice = undefined;
  }

  /** The stream ends: what the operator said last is told of before. */
  flush(): void {
    this.#voice?.end();
  }

  /** Live audio has no beginning and no end: that it is late is not the process's fault. */
  get isSpeaking(): boolean {
    return this.#voice !== undefined;
  }

  get #holder(): string | undefined {
    return takenBy(this.#o.state().turn);
  }

  #act(action: OperatorAction, by: string): OperatorOutcome {
    const { phase } = this.#o.state().turn;
    const holder = this.#holder;
    const isLeaving = phase.name === 'leaving' || phase.name === 'ended' || taskOf(this.#o.state().turn)?.leaving;
    if (action.type === 'mute-recording') return this.#mute(action.muted, by);
    if (isLeaving) return refused('leaving');
    if (holder !== undefined && holder !== by && action.type !== 'whisper') return refused('taken');
    switch (action.type) {
      case 'say':
        if (holder !== undefined) return refused('taken');
        return this.#tell({ act: 'say', by }, { type: 'operator-say', by, text: action.text });
      case 'whisper':
        return this.#tell({ act: 'note', by, text: action.text }, { type: 'operator-note', by, text: action.text });
      case 'take-over':
        if (holder === by) return done;
        this.#tell({ act: 'take-over', by }, { type: 'take-over', by });
        return this.#holder === by ? done : refused('leaving');
      case 'give-back':
        return holder === undefined ? refused('not-taken') : this.#giveBack(by, {});
      case 'hang-up':
        this.flush();
        return this.#tell({ act: 'hang-up', by }, { type: 'end-request', reason: 'operator-hung-up' });
    }
  }

  /** The fact first: it says how many turns there were before. */
  #tell(act: Parameters<CallFacts['operatorAct']>[0], event: CallEventBody): OperatorOutcome {
    this.#o.facts.operatorAct(act);
    this.#o.dispatch(event);
    return done;
  }

  #giveBack(by: string, away: { readonly away?: true }): OperatorOutcome {
    this.flush();
    return this.#tell({ act: 'give-back', by }, { type: 'give-back', ...away });
  }

  #mute(muted: boolean, by: string): OperatorOutcome {
    const { facts, recording } = this.#o;
    if (!recording || recording.state === 'off') return refused('not-recorded');
    if (recording.mute(muted)) facts.operatorAct({ act: muted ? 'mute' : 'unmute', by });
    return done;
  }
}
