/** What the doctor's caller does, as a pure machine: one step for each 20 ms. */

/** A caller who listens, speaks over the agent, sends what Twilio never sends, and hangs up. */
export type Phase = 'listen' | 'provoke' | 'hear' | 'barge-in' | 'garbage' | 'done';

export interface ScriptState {
  readonly phase: Phase;
  readonly since: number;
  /** The caller has spoken once to get an answer. */
  readonly hasProvoked: boolean;
}

export interface Observation {
  readonly at: number;
  /** When the first audio of the agent came. */
  readonly firstAudioAt: number | undefined;
  /** When the newest audio came. */
  readonly lastAudioAt: number | undefined;
  /** Audio that waits to be played, in ms. */
  readonly queuedMs: number;
  readonly clearedAt: number | undefined;
  readonly garbage: boolean;
}

export const SCRIPT_MS = {
  /** Agents greet; who has not by now is spoken to. */
  greeting: 2_000,
  speech: 1_200,
  /** From the end of the caller's speech to the first sound of an answer. */
  answer: 6_000,
  /** Heard before the caller speaks over it. */
  hearing: 800,
  bargeIn: 1_500,
  /** The caller is silent again, and a late `clear` may still come. */
  afterBargeIn: 1_000,
  garbage: 600,
} as const;

export const firstState: ScriptState = { phase: 'listen', since: 0, hasProvoked: false };

export function nextState(state: ScriptState, seen: Observation): ScriptState {
  const forMs = seen.at - state.since;
  const to = (phase: Phase, hasProvoked = state.hasProvoked): ScriptState => ({ phase, since: seen.at, hasProvoked });
  const afterwards: Phase = seen.garbage ? 'garbage' : 'done';
  switch (state.phase) {
    case 'listen':
      if (seen.firstAudioAt !== undefined) return to('hear');
      return forMs >= SCRIPT_MS.greeting ? to('provoke', true) : state;
    case 'provoke':
      if (seen.lastAudioAt !== undefined && seen.lastAudioAt > state.since) return to('hear');
      return forMs >= SCRIPT_MS.speech + SCRIPT_MS.answer ? to(afterwards) : state;
    case 'hear':
      return forMs >= SCRIPT_MS.hearing ? to('barge-in') : state;
    case 'barge-in': {
      const isOver = forMs >= SCRIPT_MS.bargeIn + SCRIPT_MS.afterBargeIn;
      const isCleared = seen.clearedAt !== undefined && seen.clearedAt > state.since && forMs >= SCRIPT_MS.bargeIn;
      return isOver || isCleared ? to(afterwards) : state;
    }
    case 'garbage':
      return forMs >= SCRIPT_MS.garbage ? to('done') : state;
    case 'done':
      return state;
  }
}

/** Whether the caller speaks at this moment. */
export function isSpeaking({ phase, since }: ScriptState, at: number): boolean {
  if (phase === 'provoke') return at - since < SCRIPT_MS.speech;
  return phase === 'barge-in' && at - since < SCRIPT_MS.bargeIn;
}

/** Valid and invalid messages that a server must outlive; none of them is a call's. */
export const GARBAGE: readonly string[] = [
  'this is not JSON',
  '[]',
  '{"event":"kav-doctor"}',
  '{"event":"media"}',
  '{"event":"media","media":{"track":"inbound","chunk":"x","timestamp":"-","payload":"%%%"}}',
  '{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"?"}}',
];
