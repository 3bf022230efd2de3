import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { PublicOrigin } from '../twilio/public-origin.ts';
import type { BrowserPhones } from './browser-phones.ts';
import type { DeskSlot } from './desk-slot.ts';
import type { Drain } from './drain.ts';
import type { ServerLimits } from './limits.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** What every route may use; made once, in `openHttpServer`. */
export interface ServerContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusalLog;
  readonly metrics: Metrics;
  readonly limits: ServerLimits;
  readonly slot: DeskSlot;
  readonly drain: Drain;
  readonly proxies: TrustedProxies;
  /** The tokens that Twilio may sign with; read for each request, so that they can be rotated. */
  readonly authTokens: () => readonly string[];
  /** The origin that Twilio used for this request; undefined when neither the settings nor the request tell. */
  readonly originOf: (request: IncomingMessage) => PublicOrigin | undefined;
  /** The origin as the request tells it, whatever is configured; forwarded headers count from a trusted proxy only. */
  readonly requestedOriginOf: (request: IncomingMessage) => PublicOrigin | undefined;
  /** Without them the media socket is Twilio's alone. */
  readonly phones: BrowserPhones | undefined;
  /** The agent's language while no desk is there to ask (BCP 47). */
  readonly language: string;
  /** Incoming calls hear one sentence of Twilio's and no stream is opened: the webhook is tried before the stream. */
  readonly sayOnly: boolean;
  readonly deployId: string | undefined;
  readonly version: string;
}
