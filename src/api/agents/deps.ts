import type { AgentRuntime } from '../../call/agent-runtime.ts';
import type { AgentVersions } from '../../call/agent-versions.ts';
import type { Store } from '../../store/store.ts';

/** What the handlers of agents need of the rest of Kav. */
export interface AgentDeps {
  readonly db: Store['db'];
  readonly notify: Store['notify'];
  /** Whose agent it is: others of this server's tenants have none. */
  readonly tenant: string;
  /** Undefined until the agent's file is loaded. */
  readonly served: () => ServedAgent | undefined;
}

export interface ServedAgent {
  readonly runtime: AgentRuntime;
  readonly versions: AgentVersions;
  /** What was passed over or is not the real thing, in plain words. */
  readonly remarks: readonly string[];
  /** The agent's file, absolute. */
  readonly file: string;
  /** As the operator knows it. */
  readonly fileName: string;
}

/** Nodes look for the published version anew when they hear of it; the payload is the tenant. */
export const AGENTS_CHANNEL = 'kav_agents';
