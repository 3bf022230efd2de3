/**
 * What a call has brought about, as data. A fact is first made durable on this machine and then applied to the store,
 * which may be away for minutes; applying it again changes nothing, because its `key` names it within its call.
 */
import type { CallOutcome, EndReason } from './call-event.ts';
import type { CallCost } from './cost.ts';

/** A call among those of all tenants. */
export interface CallName {
  readonly tenant: string;
  readonly callSid: string;
}

/** The line that tells a caller that the call is recorded, and its version: the SHA-256 of the text, in hex. */
export interface ConsentLine {
  readonly text: string;
  readonly sha256: string;
}

export type FactBody =
  /** Twilio announced the call and was answered. Numbers are E.164, `client:…`, `sip:…`, `anonymous`, or empty. */
  | {
      readonly type: 'call-opened';
      readonly accountSid: string;
      readonly from: string;
      readonly to: string;
      readonly agent: string;
      readonly language: string;
      /** Which version of the agent's words was tried; without one, what all callers hear. */
      readonly version?: number | undefined;
    }
  /** One connection of the call's media; `attempt` is 1 for the first and grows with each resume. */
  | { readonly type: 'stream-started'; readonly streamSid: string; readonly attempt: number }
  /** A finished turn. Times are milliseconds since the call's first stream began. `index` counts both sides' turns. */
  | {
      readonly type: 'turn';
      readonly index: number;
      readonly who: 'caller' | 'agent' | 'operator';
      readonly text: string;
      readonly fromMs: number;
      readonly toMs: number;
      readonly interrupted?: true;
      /** What the agent meant to say, when it was cut short. */
      readonly intended?: string;
    }
  /**
   * The caller's words that are being answered, noted before the answer: whoever takes the call over must not lose them.
   * They become a turn of their own when the reply has been heard, or lost.
   */
  | { readonly type: 'heard'; readonly reply: number; readonly afterTurns: number; readonly text: string }
  /** A tool has done its work. It stood here before the model, and so the caller, was told. */
  | {
      readonly type: 'tool-effect';
      /** Counts the call's uses of tools; ids are the model's, and some models use one twice. */
      readonly index: number;
      readonly id: string;
      /** How many turns there were when it was used. */
      readonly afterTurns: number;
      readonly name: string;
      /** JSON, as the model wrote and read them. */
      readonly arguments: string;
      readonly result: string;
      readonly failed?: true;
    }
  /** What an operator did in the call, and, for a `note`, what the agent was told. */
  | {
      readonly type: 'operator-act';
      readonly index: number;
      readonly act: 'note' | 'say' | 'take-over' | 'give-back' | 'hang-up' | 'mute' | 'unmute';
      readonly by: string;
      readonly afterTurns: number;
      readonly text?: string;
    }
  /** The newest `index` holds, for a caller who changes their mind. `line` is what they had heard to its end by then. */
  | {
      readonly type: 'consent';
      readonly index: number;
      readonly subject: 'recording';
      readonly given: boolean;
      readonly line?: ConsentLine;
    }
  /** What was gathered so far; the newest `index` holds. */
  | { readonly type: 'outcome'; readonly index: number; readonly outcome: CallOutcome }
  /** A closed piece of our own recording. `file` is relative to the folder of recordings. */
  | {
      readonly type: 'recording-segment';
      readonly recordingId: string;
      readonly index: number;
      readonly file: string;
      readonly fromMs: number;
      readonly toMs: number;
      readonly bytes: number;
      readonly sha256: string;
    }
  /** What this stream of the call has used and costs, by the operator's price list. */
  | ({ readonly type: 'cost'; readonly streamSid: string } & CallCost)
  | { readonly type: 'stream-ended'; readonly streamSid: string; readonly reason: EndReason }
  | { readonly type: 'call-ended'; readonly reason: EndReason }
  /** Twilio has, or has not, a recording of its own. */
  | {
      readonly type: 'carrier-recording';
      readonly recordingSid: string;
      readonly url: string;
      readonly status: string;
      readonly durationSec?: number;
    };

export type Fact = FactBody & {
  /** Names the fact within its call, the same however often it is told: `opened`, `MZ…/started`, `turn/3`. */
  readonly key: string;
  readonly tenant: string;
  readonly callSid: string;
  /** The node that tells it. */
  readonly node: string;
  /** The attempt of the stream it comes from, 0 before the first: a node that has lost the call has a lower one. */
  readonly fence: number;
  /** Wall-clock time, ISO 8601 in UTC. */
  readonly at: string;
};

/** The name of a fact within its call. */
export function factKey(body: FactBody): string {
  switch (body.type) {
    case 'call-opened':
    case 'call-ended':
      return body.type;
    case 'outcome':
    case 'consent':
    case 'operator-act':
      return `${body.type}/${body.index}`;
    case 'cost':
    case 'stream-started':
    case 'stream-ended':
      return `${body.type}/${body.streamSid}`;
    case 'turn':
      return `turn/${body.index}`;
    case 'heard':
      return `heard/${body.afterTurns}/${body.reply}`;
    case 'tool-effect':
      return `tool-effect/${body.index}`;
    case 'recording-segment':
      return `recording-segment/${body.recordingId}/${body.index}`;
    case 'carrier-recording':
      return `carrier-recording/${body.recordingSid}/${body.status}`;
  }
}
