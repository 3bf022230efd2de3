/** What holds of the agents' handlers, whichever database they run on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultLines } from '../../call/agent-lines.ts';
import { AgentRuntime } from '../../call/agent-runtime.ts';
import { AgentVersions } from '../../call/agent-versions.ts';
import { createRealClock } from '../../call/real-clock.ts';
import { tool } from '../../call/tool.ts';
import { ProviderError } from '../../core/errors.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { Brain, BrainOptions, BrainRequest } from '../../providers/contracts.ts';
import { createFakeSpeechToText } from '../../providers/fake/speech-to-text.ts';
import { createFakeTextToSpeech } from '../../providers/fake/text-to-speech.ts';
import { listAudit } from '../../store/queries/audit.ts';
import type { Store } from '../../store/store.ts';
import { OPERATOR } from '../calls/calls.fixture.ts';
import type { Caller, Handlers } from '../handler.ts';
import { AGENTS_CHANNEL } from './deps.ts';
import { type AgentRoutes, createAgentHandlers } from './handlers.ts';
import { versionReaders } from './version-readers.ts';

let tenants = 0;

export function agentsSuite(open: () => Promise<Store>): void {
  const clock = createRealClock();
  const context = { clock, env: {}, warn: () => {} };
  let store: Store;
  let folder: string;
  let caller: Caller;
  let handlers: Handlers<AgentRoutes>;
  let versions: AgentVersions;
  const asked: { options: BrainOptions; request: BrainRequest }[] = [];
  let ran = 0;

  beforeAll(async () => {
    store = await open();
    folder = await mkdtemp(path.join(tmpdir(), 'kav-agents-'));
    await writeFile(path.join(folder, 'leah.ts'), 'export default 1;\n');
  }, 120_000);
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  }, 60_000);

  const brain: Brain = {
    name: 'told',
    open: (options) => ({
      async *respond(request) {
        asked.push({ options, request });
        const last = request.history.at(-1);
        if (last?.who === 'caller' && last.text === 'fail') {
          const told = {
            provider: 'told',
            operation: 'brain',
            code: 'provider-unavailable',
            retryable: false,
          } as const;
          throw new ProviderError(told, 'it is away');
        }
        if (last?.who === 'caller' && last.text === 'save me') {
          yield { type: 'text', text: 'One moment. ' };
          yield { type: 'tool-call', id: '1', name: 'saveLead', arguments: '{"name":"Dana"}' };
          return;
        }
        yield { type: 'text', text: request.opening ? 'What can I do for you?' : 'Very well. Half a' };
        if (request.opening) return;
        yield { type: 'retract' };
        yield { type: 'text', text: 'Goodbye.' };
        yield { type: 'hang-up' };
      },
      close: async () => {},
    }),
    close: async () => {},
  };

  beforeEach(() => {
    asked.length = 0;
    caller = { ...OPERATOR, tenant: `agents-${tenants++}` };
    const runtime = new AgentRuntime({
      name: 'Leah',
      language: 'en-US',
      instructions: 'Be kind.',
      tools: {
        saveLead: tool({
          description: 'Saves.',
          input: z.object({ name: z.string() }),
          run: async () => ({ ran: ++ran }),
        }),
      },
      greeting: 'Hello, this is Leah.',
      lines: defaultLines('en-US'),
      settings: defaultSettings,
      stt: createFakeSpeechToText(context),
      brain,
      tts: createFakeTextToSpeech(context),
    });
    versions = new AgentVersions({
      file: runtime,
      clock,
      ...versionReaders(store.db, caller.tenant, 'Leah'),
      onError: (error) => {
        throw error;
      },
    });
    handlers = createAgentHandlers({
      db: store.db,
      notify: (channel, payload) => store.notify(channel, payload),
      tenant: caller.tenant,
      served: () => ({
        runtime,
        versions,
        remarks: ['The voice is fake.'],
        file: path.join(folder, 'leah.ts'),
        fileName: 'agents/leah.ts',
      }),
    });
  });

  const none = { params: undefined, query: undefined, body: undefined, range: undefined };
  const of = (name = 'Leah') => ({ ...none, caller, params: { name } });
  const draft = (greeting: string) =>
    handlers['add-version']({ ...of(), body: { greeting, instructions: 'Be brief.', note: 'a try' } });
  const publish = (version: number) => handlers['publish-version']({ ...of(), body: { version } });
  const chat = (texts: readonly string[], version?: number) =>
    handlers.chat({
      ...of(),
      body: {
        version,
        turns: texts.map((text, i) => ({ who: i % 2 === 0 ? ('agent' as const) : ('caller' as const), text })),
      },
    });

  test('an agent is read with its file and tools, by its own tenant alone', async () => {
    expect(await handlers['list-agents']({ ...none, caller })).toMatchObject({
      agents: [
        {
          name: 'Leah',
          providers: { brain: 'told' },
          remarks: ['The voice is fake.'],
          tools: [{ name: 'saveLead', description: 'Saves.' }],
          published: null,
        },
      ],
    });
    expect(await handlers['read-agent'](of())).toMatchObject({
      file: { path: 'agents/leah.ts', text: 'export default 1;\n' },
      versions: [{ version: 0, greeting: 'Hello, this is Leah.', instructions: 'Be kind.', isPublished: true }],
    });
    await expect(handlers['read-agent'](of('../../etc/passwd'))).rejects.toMatchObject({ status: 404 });
    const stranger = { ...caller, tenant: 'stranger' };
    expect(await handlers['list-agents']({ ...none, caller: stranger })).toEqual({ agents: [] });
    await expect(handlers['read-agent']({ ...of(), caller: stranger })).rejects.toMatchObject({ status: 404 });
  });

  test('drafts become versions, one is published for all nodes, and the file can have the word again', async () => {
    const told = Promise.withResolvers<string>();
    const stop = store.listen(AGENTS_CHANNEL, {
      onPayload: (tenant) => tenant === caller.tenant && told.resolve(tenant),
      onGap: () => {},
    });
    const [first, second] = await Promise.all([draft('Hello one.'), draft('Hello two.')]);
    expect([first.version.version, second.version.version].sort()).toEqual([1, 2]);
    expect(versions.agentFor().options.instructions).toBe('Be kind.');
    const { versions: after } = await publish(first.version.version);
    expect(after.filter(({ isPublished }) => isPublished)).toMatchObject([
      { greeting: 'Hello one.', by: caller.actor },
    ]);
    expect(versions.agentFor().options.instructions).toBe('Be brief.');
    expect(versions.agentFor().cache.get('Hello one.')).toBeInstanceOf(Uint8Array);
    expect(await told.promise).toBe(caller.tenant);
    stop();
    expect(await publish(0)).toMatchObject({ versions: [{}, {}, { version: 0, isPublished: true }] });
    expect(versions.agentFor().options.instructions).toBe('Be kind.');
    await expect(publish(99)).rejects.toMatchObject({ status: 404 });
    const lines = await listAudit(store.db, caller.tenant, { limit: 10 });
    expect(lines.map(({ action }) => action)).toEqual([
      'version-published',
      'version-published',
      'version-added',
      'version-added',
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/Hello|brief/);
  });

  test('a conversation in writing goes through the brain, and no tool runs', async () => {
    expect(await chat([])).toEqual({ text: 'Hello, this is Leah. What can I do for you?', ends: false, tools: [] });
    expect(await chat(['Hello, this is Leah.', 'bye'])).toEqual({ text: 'Very well. Goodbye.', ends: true, tools: [] });
    const saved = await chat(['Hello, this is Leah.', 'save me']);
    expect(saved.tools).toEqual([{ name: 'saveLead', arguments: '{"name":"Dana"}' }]);
    expect(saved.text).toBe('One moment. Very well. Goodbye.');
    expect(asked.at(-1)!.request).toMatchObject({ toolsAllowed: false });
    expect(asked.at(-1)!.options.tools).toMatchObject([{ name: 'saveLead' }]);
    expect(ran).toBe(0);
    await draft('Hi.');
    expect(await chat([], 1)).toMatchObject({ text: 'Hi. What can I do for you?' });
    expect(asked.at(-1)!.options.instructions).toBe('Be brief.');
    await expect(chat([], 7)).rejects.toMatchObject({ status: 404 });
    await expect(chat(['a', 'fail'])).rejects.toMatchObject({ status: 503, code: 'brain-failed' });
    await expect(chat(['a', 'b', 'c'])).rejects.toMatchObject({ status: 400 });
  });
}
