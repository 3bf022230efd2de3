import type { Finding } from './finding.ts';
import type { Probe } from './probe/probe.ts';

export type Area = 'deployment' | 'reach' | 'webhook' | 'stream' | 'callbacks' | 'vendors' | 'twilio';

/** One question to a server or a deployment. */
export interface Check {
  readonly name: string;
  readonly area: Area;
  /** The question, as a person asks it. */
  readonly title: string;
  /** Checks that must have passed, or this one is not tried. */
  readonly needs: readonly string[];
  /** Checks that must be over, whatever they found: this one would disturb their timing. */
  readonly after?: readonly string[];
  /** After so long it counts as failed. */
  readonly budgetMs: number;
  /** An empty list when there is nothing to ask. May throw only for a bug of its own. */
  run(probe: Probe): Promise<readonly Finding[]>;
}
