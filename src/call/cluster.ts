/**
 * What a node asks of the others. They agree through the store and nothing else, so every answer may be late or missing:
 * each has its own short time, and `unknown` means that nobody could be asked. A node then decides alone.
 */
import type { CallOutcome, OperatorNote, ToolExchange, Turn } from '../core/call-event.ts';
import type { ConsentLine } from '../core/fact.ts';
import type { IncomingCall } from './desk.ts';
import type { TokenRefusal } from './stream-tokens.ts';

/** What is known of a call that had a stream before this one. */
export interface PastCall {
  readonly call: IncomingCall;
  /** The last may be the caller's words that nobody has answered. */
  readonly turns: readonly Turn[];
  /** So many of the turns are facts already. */
  readonly recordedTurns: number;
  /** Tools that were used when there were `after` turns. */
  readonly tools: readonly { readonly after: number; readonly exchanges: readonly ToolExchange[] }[];
  /** The newest outcome, and how many there have been. */
  readonly outcome: CallOutcome | undefined;
  readonly outcomes: number;
  /** Whether the caller agreed to be recorded, as last told, and how often that was told. */
  readonly consent: boolean | undefined;
  readonly consents: number;
  /** What they had heard by then. */
  readonly consentLine: ConsentLine | undefined;
  /** What operators told the agent, how much they have done, and whether they have muted the recording. */
  readonly notes: readonly OperatorNote[];
  readonly acts: number;
  readonly isMuted: boolean;
  /** Wall-clock ms of the call's announcement. */
  readonly openedAt: number;
  /** Since the call's first stream began. */
  readonly elapsedMs: number;
  /** Streams so far. */
  readonly streams: number;
}

export type Admission =
  | { readonly type: 'admitted' }
  /** `limit`: whose number of calls is reached, this node's, its tenant's or that of all nodes together. */
  | { readonly type: 'refused'; readonly reason: 'full'; readonly limit: 'node' | 'tenant' | 'total' }
  | { readonly type: 'unknown' };

export interface StreamClaim {
  readonly callSid: string;
  readonly accountSid: string;
  readonly streamSid: string;
  readonly attempt: number;
  /** When the token was issued, wall-clock ms by `FactSource.date`, which is the same on all nodes. */
  readonly issuedAt: number;
  /** For a node that has not served the call's newest stream itself. */
  readonly wantsPast: boolean;
}

export type Claimed =
  /** The call is this node's until a later attempt is claimed. `past` is missing where the store knows of no opening. */
  | { readonly type: 'claimed'; readonly past?: PastCall }
  | { readonly type: 'refused'; readonly reason: TokenRefusal }
  | { readonly type: 'unknown' };

/** What is to follow the end of a stream: nothing, a further attempt, or an apology because there were enough. */
export type Afterwards =
  | { readonly type: 'done' }
  | { readonly type: 'resume'; readonly attempt: number }
  | { readonly type: 'apologise' };

/** Something that is to be done on the node that serves a call. Both are JSON. */
export interface Command {
  readonly name: string;
  readonly body: unknown;
}

export type Performed =
  | { readonly type: 'done'; readonly answer: unknown }
  | { readonly type: 'refused'; readonly reason: 'unknown-command' | 'no-such-call' | 'failed' };

export type Sent =
  | Performed
  /** Nobody serves the call, or the node that did is dead. */
  | { readonly type: 'gone' }
  /** No answer in time: it may have been carried out, but will not be from now on. */
  | { readonly type: 'silent' }
  /** The store is away: nobody was asked. */
  | { readonly type: 'unknown' };

export interface LiveCall {
  readonly callSid: string;
  readonly attempt: number;
}

/** What the others may ask of this node. */
export interface ClusterMember {
  /** The calls that this node serves. */
  liveCalls(): readonly LiveCall[];
  /** Another node has taken the call: nothing of it may be done here any more. */
  moved(callSid: string): void;
  /** The stream of a call of this node has ended; undefined when it has no such call. */
  afterwards(callSid: string): Afterwards | undefined;
  /** For a call of this node, exactly once. */
  perform(callSid: string, command: Command): Performed | Promise<Performed>;
}

export interface Cluster {
  /** This node's name in facts and logs. */
  readonly node: string;
  /** Whether anybody else is there to take a call over. */
  readonly hasOthers: boolean;
  /** Why this node must take no calls; undefined when it may. */
  readonly notReady: string | undefined;
  /** Undefined where a node alone decides: then nothing is waited for. */
  admit(call: IncomingCall): Promise<Admission> | undefined;
  /**
   * Takes a call for this node with a stream of it, and uses its token up: the second claim of the same attempt is
   * refused. A node that has the call already keeps it.
   */
  claim(claim: StreamClaim): Promise<Claimed>;
  /** What is to follow the end of a stream that this node knows nothing of. */
  afterwards(callSid: string): Promise<Afterwards | { readonly type: 'unknown' }>;
  /**
   * Whether this node still has a call, before something is done for it that cannot be done twice. At once while the
   * others believe this node alive; asked of the store when it may have slept. A store that is away forbids nothing.
   */
  mayAct(callSid: string): boolean | Promise<boolean>;
  /** Has a command carried out by the node that serves the call, within `withinMs` or not at all. */
  send(callSid: string, command: Command, withinMs: number): Promise<Sent>;
  /** The call is over on this node; its place is free. */
  release(callSid: string): void;
  /** Tells the others that this node takes no more calls. */
  drain(): void;
  /** From now on the others' questions go to `member`. */
  join(member: ClusterMember): void;
}

/** A node that knows of no others. */
export function createSoloCluster(node: string): Cluster {
  return {
    node,
    hasOthers: false,
    notReady: undefined,
    admit: () => undefined,
    claim: async () => ({ type: 'unknown' }),
    afterwards: async () => ({ type: 'unknown' }),
    mayAct: () => true,
    send: async () => ({ type: 'gone' }),
    release: () => {},
    drain: () => {},
    join: () => {},
  };
}
