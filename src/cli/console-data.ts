/** The console's handlers of calls, people, agents and the home page, put together. */
import path from 'node:path';
import { type AgentRoutes, createAgentHandlers } from '../api/agents/handlers.ts';
import { type CallRoutes, createCallHandlers } from '../api/calls/handlers.ts';
import type { Handlers } from '../api/handler.ts';
import { createHomeHandlers, type HomeRoutes } from '../api/home/handlers.ts';
import { createPeopleHandlers, type PeopleRoutes } from '../api/people/handlers.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import { agentFileOf } from './agent-file.ts';
import { consoleChecks, setupFacts } from './console-checks.ts';
import type { LoadedDesk, Parts } from './load-desk.ts';
import { VERSION } from './version.ts';

export function createDataHandlers(
  parts: Parts,
  loaded: LoadedDesk,
  port: () => number,
): Handlers<CallRoutes | PeopleRoutes | AgentRoutes | HomeRoutes> {
  const { clock, environment, journalFolder, metrics, raw } = parts;
  const { afterCalls, keeping, ready, recordingKeys, runtime, versions } = loaded;
  const { db } = keeping.store;
  const { tenant } = keeping.facts;
  const { brain, stt, tts } = runtime.options;
  const language = (): string => runtime.options.language;
  const file = agentFileOf(environment.KAV_AGENT);
  const agent = { runtime, versions, remarks: ready.remarks, file, fileName: path.relative('.', file) };
  const providers = [stt, brain, tts].map(({ caveat, name }) => ({ name, caveat }));
  return {
    ...createCallHandlers({
      db,
      version: VERSION,
      journalFolder,
      recordings: { root: path.resolve(environment.KAV_DATA_DIR, RECORDINGS_FOLDER), keys: recordingKeys },
      afterCalls: () => afterCalls.begun,
    }),
    ...createPeopleHandlers({ db, language }),
    ...createAgentHandlers({
      db,
      notify: (channel, payload) => keeping.store.notify(channel, payload),
      tenant,
      served: () => agent,
    }),
    ...createHomeHandlers({
      db,
      clock,
      date: keeping.facts.date,
      language,
      metrics,
      runChecks: () => consoleChecks({ raw, environment, clock, port: port() })(),
      setup: setupFacts(environment, () => providers),
    }),
  };
}
