/**
 * What the webhooks and the media socket ask of the calls behind them. One implementation owns every call of the
 * process; the server knows only this.
 */
import type { TokenRefusal } from './stream-tokens.ts';
import type { MediaReceiver, MediaTransport } from './transport.ts';

export interface IncomingCall {
  readonly callSid: string;
  readonly accountSid: string;
  /** E.164, `client:…`, `sip:…`, `anonymous`, or empty. */
  readonly from: string;
  readonly to: string;
  /** Which version of the agent's words is to be tried; without one, what callers hear now. */
  readonly version?: number | undefined;
}

export type Opened =
  /** Connect the caller; `token` is good for one stream of this CallSid, once, for 60 s. A repeat gets the same token. */
  | { readonly type: 'accepted'; readonly token: string }
  /** Say this and hang up: overload, drain, an agent that cannot serve. */
  | {
      readonly type: 'refused';
      readonly reason: 'draining' | 'full' | 'other-account' | 'not-ready';
      readonly text: string;
    };

export interface StreamStart {
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
  readonly token: string;
}

export type Attached =
  /** Feed it everything the transport receives after `start`. */
  | { readonly type: 'attached'; readonly receiver: MediaReceiver }
  | {
      readonly type: 'refused';
      readonly reason: TokenRefusal | 'call-busy';
    };

/** Twilio asks what is to follow a stream. `callStatus` is Twilio's word for the call: `in-progress`, `completed`. */
export interface EndedStream {
  readonly callSid: string;
  readonly accountSid: string;
  readonly callStatus: string;
  /** Twilio's name for this question, the same when it asks again (`I-Twilio-Idempotency-Token`); empty when unknown. */
  readonly request: string;
}

/** Twilio's own recording of a call, as its callback tells it. */
export interface CarrierRecording {
  readonly callSid: string;
  readonly recordingSid: string;
  readonly url: string;
  readonly status: string;
  readonly durationSec?: number | undefined;
}

export type AfterStream =
  /** Nothing is to follow: 204. */
  | { readonly type: 'done' }
  /** The stream died under the caller, or was handed over: connect the caller again, with this token. */
  | { readonly type: 'resume'; readonly token: string }
  /** It died and cannot go on: say this, then hang up. */
  | { readonly type: 'apologise'; readonly text: string; readonly language: string };

export interface CallDesk {
  /**
   * Idempotent on CallSid. Waits at most a moment: for the disk that keeps the fact, and for the other nodes' count when
   * there are any. Never rejects for either.
   */
  open(call: IncomingCall): Opened | Promise<Opened>;
  /** At once for a call that this node opened; a stream that was announced to another node must be asked about. */
  attach(start: StreamStart, transport: MediaTransport): Attached | Promise<Attached>;
  /** Twilio reports that the stream failed: its socket is dead even if ours looks alive. */
  streamFailed(callSid: string, streamSid: string, code: number | undefined): void;
  afterStream(ended: EndedStream): AfterStream | Promise<AfterStream>;
  /** Keeps the news of Twilio's own recording, so that it is fetched later. Rejects when it cannot be kept. */
  recordingDone(recording: CarrierRecording): void | Promise<void>;
  /** The language of the agent (BCP 47), for lines that Twilio speaks for us. */
  readonly language: string;
  /** Why no call can be served right now; undefined when all is well. */
  readonly notReady: string | undefined;
  readonly activeCalls: number;
  /** No new calls from now on; resolves when the running ones have ended. */
  drain(): Promise<void>;
  /** Ends every call at once and lets go of everything. */
  close(): Promise<void>;
}
