/** What a node remembers of a call, from its webhook until Twilio's last late question about it. */
import type { EndReason } from '../core/call-event.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { CallSession } from './call-session.ts';
import type { Afterwards, PastCall } from './cluster.ts';
import type { IncomingCall, Opened } from './desk.ts';

/** After these the caller is still on the line, and may be connected again. */
const RESUMABLE: ReadonlySet<EndReason> = new Set(['socket-lost', 'media-lost', 'handed-over']);
/** A call may lose its stream twice; whoever loses it a third time hears an apology. */
const MOST_ATTEMPTS = 3;

export interface StreamEnd {
  readonly reason: EndReason;
  readonly spoken: boolean;
}

export interface CallRecord {
  readonly call: IncomingCall;
  readonly openedAt: number;
  /** Wall-clock ms of its announcement. */
  readonly announcedAt: number;
  /** The answer to its announcement; undefined for a call that this node took over from another. */
  opening?: Promise<Opened | undefined>;
  /** Who speaks in it, from its announcement to its end. */
  agent?: AgentRuntime;
  /** The stream that the newest token is for, 1 for the first. */
  attempt: number;
  token: string;
  issuedAt: number;
  used: boolean;
  session?: CallSession;
  streamSid?: string;
  /** When the call's first stream began, by this node's clock. */
  startedAt?: number;
  /** The newest stream was, or may have been, another node's: what it left must be asked of the store. */
  isElsewhere?: true;
  /** How the newest stream on this node ended. */
  end?: StreamEnd;
  /** The whole call is over, and its end is told. */
  isOver?: true;
  /** The call before its newest stream. */
  past?: PastCall;
  /** Twilio's newest question about what follows, and its answer: it asks again when an answer is late. */
  asked?: { readonly request: string; readonly answer: Afterwards };
}

/** Whether the end of a stream leaves a caller who can be connected again. */
export const isResumable = (reason: EndReason): boolean => RESUMABLE.has(reason);

/** Whether this node is the one that knows how the newest stream went: a token that it issued may be used elsewhere. */
export const isServedHere = ({ end, session, used }: CallRecord): boolean =>
  session !== undefined || (used && end !== undefined && end.reason !== 'moved');

/** What is to follow the newest stream. One that never came leaves the caller in silence as a lost one does. */
export function afterwardsOf({ attempt, end, session }: CallRecord): Afterwards {
  const reason = end?.reason ?? session?.reason;
  if (reason === undefined || isResumable(reason)) return nextAttempt(attempt);
  const isSpoken = end?.spoken ?? !session?.isSpeechless;
  return isSpoken ? { type: 'done' } : { type: 'apologise' };
}

export const nextAttempt = (attempt: number): Afterwards =>
  attempt < MOST_ATTEMPTS ? { type: 'resume', attempt: attempt + 1 } : { type: 'apologise' };

/** The call so far, for its next stream. */
export function pastOf(record: CallRecord, { facts, recording, state }: CallSession, now: number): PastCall {
  const { announcedAt, attempt, call, startedAt } = record;
  return {
    call,
    turns: state.transcript,
    recordedTurns: state.transcript.length,
    tools: state.memory.tools,
    outcome: state.outcome,
    outcomes: state.outcomes,
    consent: facts.consentGiven,
    consents: facts.consents,
    consentLine: facts.consentLine,
    notes: state.memory.notes,
    acts: facts.acts,
    isMuted: recording === 'muted',
    openedAt: announcedAt,
    elapsedMs: Math.round(now - (startedAt ?? now)),
    streams: attempt,
  };
}

/** Whether a stream that waited for the others' answer comes too late: another of the call has begun meanwhile. */
export const isAhead = ({ attempt, isElsewhere, session, used }: CallRecord, of: number): boolean =>
  session !== undefined || attempt > of || (attempt === of && (used || !isElsewhere));

/** Of a call that another node announced: who calls is not known here. */
export const callOf = ({ accountSid, callSid }: Pick<IncomingCall, 'accountSid' | 'callSid'>): IncomingCall => ({
  accountSid,
  callSid,
  from: '',
  to: '',
});
