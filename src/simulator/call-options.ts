import type { Clock } from '../core/clock.ts';
import type { View } from './live-view.ts';
import type { Netem } from './netem.ts';
import type { Script } from './prepare-scenario.ts';

export interface PlaceCallOptions {
  readonly clock: Clock;
  /** What is dialled, for example `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** The address the server believes it has, when that is another one. */
  readonly publicUrl?: string;
  /** Default `/webhook/incoming_call`. */
  readonly webhookPath?: string;
  readonly authToken: string;
  readonly accountSid?: string;
  readonly from: string;
  readonly to: string;
  readonly script: Script;
  /** Where the stereo WAV and the JSON report are written; made when missing. */
  readonly recordDir?: string;
  /** The server's journal of this call, when it can be read from here. */
  readonly journalPath?: string | ((callSid: string) => string);
  readonly view?: View;
  /** A bad network, from the caller to the server and back. */
  readonly uplink?: Netem;
  readonly downlink?: Netem;
  /** Paths on the server, for Twilio's other callbacks; none are made without. */
  readonly callStatusPath?: string;
  readonly recordingPath?: string;
  /** Sends the first request twice, as Twilio does after a lost answer. */
  readonly repeatWebhook?: boolean;
  /** Lets `stream-started` arrive after `stream-stopped`: Twilio promises no order. */
  readonly lateStreamStarted?: boolean;
  /** Default 10 minutes. */
  readonly maxCallMs?: number;
  /** For the timestamps in callbacks and in the report. */
  readonly wallClock?: () => Date;
}
