import type { AgentVersionsOptions, VersionWords } from '../../call/agent-versions.ts';
import { findAgentVersion, findPublishedVersion } from '../../store/queries/agent-versions.ts';
import type { Db } from '../../store/schema.ts';

/** Where an agent's versions are read from. */
export function versionReaders(
  db: Db,
  tenant: string,
  agent: string,
): Pick<AgentVersionsOptions, 'published' | 'read'> {
  const wordsOf = (row: VersionWords | undefined): VersionWords | undefined =>
    row && { version: row.version, greeting: row.greeting, instructions: row.instructions };
  return {
    published: async () => wordsOf(await findPublishedVersion(db, tenant, agent)),
    read: async (version) => wordsOf(await findAgentVersion(db, tenant, { agent, version })),
  };
}
