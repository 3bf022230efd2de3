/** What the agent says, in versions: read from the store, and looked for anew when a node has published another. */
import { AGENTS_CHANNEL } from '../api/agents/deps.ts';
import { versionReaders } from '../api/agents/version-readers.ts';
import type { AgentRuntime } from '../call/agent-runtime.ts';
import { AgentVersions } from '../call/agent-versions.ts';
import type { Clock } from '../core/clock.ts';
import { StoreError } from '../core/errors.ts';
import type { Log } from '../observe/log.ts';
import type { Keeping } from './keeping.ts';

export interface AgentVersionsParts {
  /** What the agent's file says. */
  readonly file: AgentRuntime;
  readonly keeping: Keeping;
  readonly clock: Clock;
  readonly log: Log;
}

/** Until the store is there, callers hear what the file says. */
export function openAgentVersions({ clock, file, keeping, log }: AgentVersionsParts): AgentVersions {
  const { facts, store } = keeping;
  const versions = new AgentVersions({
    file,
    ...versionReaders(store.db, facts.tenant, file.options.name),
    listen: (onNews) =>
      store.listen(AGENTS_CHANNEL, {
        onPayload: (tenant) => {
          if (tenant === facts.tenant) onNews();
        },
        onGap: onNews,
      }),
    clock,
    onError: (error) => {
      if (error instanceof StoreError && error.retryable) return; // it is looked for again, and the store tells of itself
      log.warn('PROVIDER_NOTE', { note: `a version of the agent cannot be used: ${error}` });
    },
  });
  store.ready.then(
    () => versions.watch(),
    () => {}, // a store that never comes has told why
  );
  return versions;
}
