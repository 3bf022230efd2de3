/** What a session is made of. */

import type { EndReason } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { Prices } from '../core/cost.ts';
import type { CallSettings } from '../core/settings.ts';
import type { EndpointingModel } from '../endpointing-model/contract.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Traces } from '../observe/traces.ts';
import type { SpeechDetector } from '../vad/detector.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallProviders } from './call-providers.ts';
import type { TapSlot } from './call-tap.ts';
import type { PastCall } from './cluster.ts';
import type { Journal } from './journal.ts';
import type { PlayoutScheduler } from './playout-scheduler.ts';
import type { SessionRecording } from './session-recording.ts';
import type { MediaTransport } from './transport.ts';

export interface CallSessionOptions {
  readonly clock: Clock;
  readonly scheduler: PlayoutScheduler;
  readonly agent: AgentRuntime;
  /** The session's own from now on: it closes them. */
  readonly providers: CallProviders;
  readonly settings: CallSettings;
  readonly vad: SpeechDetector;
  /** Hears each pause beside the rules; the session only asks it. */
  readonly endpointingModel?: EndpointingModel | undefined;
  readonly callSid: string;
  readonly streamSid: string;
  readonly transport: MediaTransport;
  readonly journal: Journal;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** Where payloads are decoded; shared by all calls, because nothing keeps it. */
  readonly scratch: Buffer;
  readonly facts: CallFacts;
  readonly taps: TapSlot;
  /** The session's own from now on, when the agent records. */
  readonly recording: SessionRecording | undefined;
  /** The operator's price list; undefined without one. */
  readonly prices: Prices | undefined;
  /** Whether the call is still this node's. */
  readonly mayAct: () => boolean | Promise<boolean>;
  /** The call before this stream, when there was one. */
  readonly past: PastCall | undefined;
  /** Once, at the end. `spoken` says whether the caller was told that something went wrong. */
  readonly onEnd: (end: { readonly reason: EndReason; readonly spoken: boolean }) => void;
  /** Once, after `onEnd`, when everything has been let go of. */
  readonly onClosed: () => void;
}
