/** What the agent says now: its file, or what somebody has published from the console, on whichever node. */
import { AGENTS_CHANNEL } from '../api/agents/deps.ts';
import { versionReaders } from '../api/agents/version-readers.ts';
import type { AgentRuntime } from '../call/agent-runtime.ts';
import { AgentVersions } from '../call/agent-versions.ts';
import type { Clock } from '../core/clock.ts';
import { StoreError } from '../core/errors.ts';
import type { Log } from '../observe/log.ts';
import type { Keeping } from './keeping.ts';

export interface AgentVersionsParts {
  readonly runtime: AgentRuntime;
  readonly clock: Clock;
  readonly log: Log;
  readonly keeping: Keeping;
}

/** Begins to look when the store is there; until then the file speaks. */
export function openAgentVersions({ clock, keeping, log, runtime }: AgentVersionsParts): AgentVersions {
  const { facts, store } = keeping;
  const versions = new AgentVersions({
    file: runtime,
    clock,
    ...versionReaders(store.db, facts.tenant, runtime.options.name),
    onError: (error) => {
      // The store says itself that it is away.
      if (error instanceof StoreError) return;
      log.error('TTS_ERROR', { message: String(error) });
    },
  });
  const stop = store.listen(AGENTS_CHANNEL, {
    onPayload: (tenant) => {
      if (tenant === facts.tenant) void versions.refresh();
    },
    onGap: () => void versions.refresh(),
  });
  store.ready.then(
    () => versions.watch(),
    () => {}, // told by the store
  );
  versions.onClose(stop);
  return versions;
}
