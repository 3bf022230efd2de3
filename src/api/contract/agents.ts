/** Agents: read, tried by text and by the phone in the browser, and what they say, in versions. */
import { z } from 'zod';
import { CallSid, Instant } from './common.ts';
import type { ApiRoute } from './route.ts';

export const AgentItem = z.object({
  name: z.string(),
  language: z.string(),
  providers: z.object({ stt: z.string(), brain: z.string(), tts: z.string() }),
  /** What is not the real thing, in plain words. */
  remarks: z.array(z.string()),
  tools: z.array(z.object({ name: z.string(), description: z.string() })),
  /** The published version; null while the agent's file speaks for itself. */
  published: z.number().nullable(),
});
export type AgentItem = z.output<typeof AgentItem>;

export const AgentVersion = z.object({
  version: z.number(),
  greeting: z.string(),
  /** What a model is told of its task; a flow has none. */
  instructions: z.string().nullable(),
  note: z.string(),
  by: z.string(),
  at: Instant,
  isPublished: z.boolean(),
});
export type AgentVersion = z.output<typeof AgentVersion>;

const Name = z.object({ name: z.string().min(1).max(100) });
/** 0 is what the file says; without one, what callers hear now. */
const Version = z.number().int().nonnegative().optional();

export const agentRoutes = {
  'list-agents': {
    method: 'GET',
    path: '/agents',
    role: 'viewer',
    keys: true,
    summary: 'The agents of this server',
    answer: z.object({ agents: z.array(AgentItem) }),
  },
  'read-agent': {
    method: 'GET',
    path: '/agents/{name}',
    role: 'viewer',
    summary: 'An agent, its file and its versions, the newest first; version 0 is the file',
    params: Name,
    answer: z.object({
      agent: AgentItem,
      file: z.object({ path: z.string(), text: z.string() }),
      versions: z.array(AgentVersion),
    }),
  },
  'add-version': {
    method: 'POST',
    path: '/agents/{name}/versions',
    role: 'operator',
    summary: 'A draft of greeting and instructions; callers hear it once it is published',
    params: Name,
    body: z.object({
      greeting: z.string().trim().min(1).max(2_000),
      instructions: z.string().max(50_000).nullable(),
      note: z.string().trim().max(500),
    }),
    answer: z.object({ version: AgentVersion }),
  },
  'publish-version': {
    method: 'POST',
    path: '/agents/{name}/publish',
    role: 'owner',
    summary: 'Callers hear this version from their next call on, on all nodes; also the way back to an older one',
    params: Name,
    body: z.object({ version: z.number().int().nonnegative() }),
    answer: z.object({ versions: z.array(AgentVersion) }),
  },
  chat: {
    method: 'POST',
    path: '/agents/{name}/chat',
    role: 'operator',
    summary: 'One turn of a conversation in writing; tools are described and not run',
    params: Name,
    body: z.object({
      version: Version,
      turns: z.array(z.object({ who: z.enum(['caller', 'agent']), text: z.string().max(4_000) })).max(100),
    }),
    answer: z.object({
      text: z.string(),
      ends: z.boolean(),
      tools: z.array(z.object({ name: z.string(), arguments: z.string() })),
    }),
  },
  'open-phone': {
    method: 'POST',
    path: '/agents/{name}/phone',
    role: 'operator',
    summary: 'A call from the browser: what it needs to open the media socket as Twilio does, once, within 60 s',
    params: Name,
    body: z.object({ version: Version }),
    answer: z.object({
      callSid: CallSid,
      accountSid: z.string(),
      streamSid: z.string(),
      /** `/ws/twilio-media` of this server. */
      path: z.string(),
      /** Offered at the upgrade: the first is answered, the second proves who asks. */
      protocols: z.array(z.string()),
      /** `customParameters` of `start`. */
      parameters: z.record(z.string(), z.string()),
    }),
  },
} as const satisfies Record<string, ApiRoute>;
