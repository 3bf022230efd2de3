import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { CallProviders } from './call-providers.ts';

export interface PrewarmOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** A call's stream follows its webhook within a second or two; then its caller has hung up. */
const KEEP_MS = 20_000;
/** A flood of webhooks must not open a connection each. */
const MOST_WAITING = 64;

/**
 * Opens a call's providers at its webhook and keeps them until its stream claims them. It is luck, not a promise: a
 * stream that finds nothing gets providers of its own.
 */
export class Prewarm {
  readonly #options: PrewarmOptions;
  readonly #waiting = new Map<string, { readonly providers: CallProviders; readonly disarm: () => void }>();

  constructor(options: PrewarmOptions) {
    this.#options = options;
  }

  /** Repeated webhooks of one call change nothing. */
  begin(callSid: string, agent: AgentRuntime): void {
    if (this.#waiting.has(callSid) || this.#waiting.size >= MOST_WAITING) return;
    const { clock } = this.#options;
    const providers = new CallProviders(agent, callSid);
    const disarm = clock.at(clock.now() + KEEP_MS, () => this.#discard(callSid));
    this.#waiting.set(callSid, { providers, disarm });
  }

  /** The caller's from now on, to close. */
  claim(callSid: string, agent: AgentRuntime): CallProviders {
    const waiting = this.#waiting.get(callSid);
    if (!waiting) return new CallProviders(agent, callSid);
    this.#waiting.delete(callSid);
    waiting.disarm();
    return waiting.providers;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((callSid) => this.#discard(callSid)));
  }

  async #discard(callSid: string): Promise<void> {
    const waiting = this.#waiting.get(callSid);
    if (!waiting) return;
    this.#waiting.delete(callSid);
    waiting.disarm();
    await waiting.providers.close().catch((error: unknown) => {
      this.#options.log.error('CALL_BUG', { call_sid: callSid, error: `close: ${error}` });
    });
  }
}
