/** The handlers of agents: read, tried in writing, and what they say, in versions. */
import { readFile, stat } from 'node:fs/promises';
import type { Selectable } from 'kysely';
import {
  addAgentVersion,
  findPublishedVersion,
  listAgentVersions,
  publishAgentVersion,
} from '../../store/queries/agent-versions.ts';
import { writeAudit } from '../../store/queries/audit.ts';
import type { AgentVersionsTable } from '../../store/schema-console.ts';
import { textOf } from '../../text/line.ts';
import type { AgentItem, AgentVersion } from '../contract/agents.ts';
import { ApiRefusal, type Handlers } from '../handler.ts';
import { iso, noSuch } from '../values.ts';
import { chat } from './chat.ts';
import { AGENTS_CHANNEL, type AgentDeps, type ServedAgent } from './deps.ts';

export type AgentRoutes = 'list-agents' | 'read-agent' | 'add-version' | 'publish-version' | 'chat';

const MOST_VERSIONS = 1_000;
/** Each may cost a model's time, and money. */
const MOST_CHATS = 4;

export function createAgentHandlers(deps: AgentDeps): Handlers<AgentRoutes> {
  const { db, notify } = deps;
  let chats = 0;
  const agentOf = (tenant: string, name: string): ServedAgent => {
    const agent = served(deps, tenant);
    if (agent?.runtime.options.name !== name) throw noSuch('agent');
    return agent;
  };
  return {
    'list-agents': async ({ caller: { tenant } }) => {
      const agent = served(deps, tenant);
      return { agents: agent ? [await agentItem(deps, tenant, agent)] : [] };
    },
    'read-agent': async ({ caller: { tenant }, params: { name } }) => {
      const agent = agentOf(tenant, name);
      return {
        agent: await agentItem(deps, tenant, agent),
        file: { path: agent.fileName, text: await readFile(agent.file, 'utf8') },
        versions: await versionsOf(deps, tenant, agent),
      };
    },
    'add-version': async ({ body, caller: { actor, tenant }, params: { name: agent } }) => {
      agentOf(tenant, agent);
      const version = await db.transaction().execute(async (trx) => {
        const added = await addAgentVersion(trx, tenant, { agent, ...body, madeBy: actor });
        if (added.version > MOST_VERSIONS)
          throw new ApiRefusal(409, 'too-many-versions', 'There are too many versions.');
        const details = { version: added.version };
        await writeAudit(trx, tenant, { actor, action: 'version-added', subject: agent, details });
        return added;
      });
      return { version: versionItem(version, undefined) };
    },
    'publish-version': async ({ body: { version }, caller: { actor, tenant }, params: { name } }) => {
      const agent = agentOf(tenant, name);
      await db.transaction().execute(async (trx) => {
        const before = (await findPublishedVersion(trx, tenant, name))?.version ?? 0;
        if (!(await publishAgentVersion(trx, tenant, { agent: name, version, by: actor }))) throw noSuch('version');
        const details = { version, before };
        await writeAudit(trx, tenant, { actor, action: 'version-published', subject: name, details });
      });
      notify(AGENTS_CHANNEL, tenant);
      // This node's next call hears it; the others are told.
      await agent.versions.refresh();
      return { versions: await versionsOf(deps, tenant, agent) };
    },
    chat: async ({ body: { turns, version }, caller: { tenant }, params: { name } }) => {
      const { versions } = agentOf(tenant, name);
      const runtime = version === undefined ? versions.current.runtime : await versions.runtimeFor(version);
      if (!runtime) throw noSuch('version');
      if (chats >= MOST_CHATS)
        throw new ApiRefusal(429, 'agent-busy', 'Others are trying the agent; try again in a moment.');
      chats++;
      try {
        return await chat(runtime, turns);
      } finally {
        chats--;
      }
    },
  };
}

const served = ({ served: find, tenant }: AgentDeps, of: string): ServedAgent | undefined =>
  of === tenant ? find() : undefined;

async function agentItem({ db }: AgentDeps, tenant: string, { remarks, runtime }: ServedAgent): Promise<AgentItem> {
  const { brain, language, name, stt, tts } = runtime.options;
  return {
    name,
    language,
    providers: { stt: stt.name, brain: brain.name, tts: tts.name },
    remarks: [...remarks],
    tools: runtime.toolDescriptions.map((tool) => ({ name: tool.name, description: tool.description })),
    published: (await findPublishedVersion(db, tenant, name))?.version ?? null,
  };
}

async function versionsOf(
  { db }: AgentDeps,
  tenant: string,
  { file: path, runtime }: ServedAgent,
): Promise<AgentVersion[]> {
  const { instructions, name } = runtime.options;
  const published = (await findPublishedVersion(db, tenant, name))?.version ?? 0;
  const file: AgentVersion = {
    version: 0,
    greeting: runtime.greeting.map(textOf).join(' ').trim(),
    instructions: instructions ?? null,
    note: '',
    by: '',
    at: iso((await stat(path)).mtime),
    isPublished: published === 0,
  };
  const made = await listAgentVersions(db, tenant, name);
  return [...made.map((version) => versionItem(version, published)), file];
}

function versionItem(version: Selectable<AgentVersionsTable>, published: number | undefined): AgentVersion {
  return {
    version: version.version,
    greeting: version.greeting,
    instructions: version.instructions,
    note: version.note,
    by: version.made_by,
    at: iso(version.made_at),
    isPublished: version.version === published,
  };
}
