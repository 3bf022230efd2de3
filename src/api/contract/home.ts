/** How the line does today, and what is still to be set up. */
import { z } from 'zod';
import { Instant } from './common.ts';
import type { ApiRoute } from './route.ts';

export const HomeCheck = z.object({
  id: z.string(),
  area: z.string(),
  verdict: z.enum(['ok', 'warn', 'fail', 'skipped']),
  title: z.string(),
  seen: z.string().nullable(),
  code: z.number().nullable(),
  why: z.string().nullable(),
  remedy: z.string().nullable(),
});
export type HomeCheck = z.output<typeof HomeCheck>;

const Percentiles = z.object({ p50: z.number(), p90: z.number(), p99: z.number(), count: z.number() }).nullable();

export const Home = z.object({
  at: Instant,
  today: z.object({
    calls: z.number(),
    /** Calls with at least one turn of the agent. */
    answered: z.number(),
    refused: z.number(),
    live: z.number(),
    /** By the hour of the server's day, 24 numbers. */
    byHour: z.array(z.number()),
    leads: z.number(),
    callbacksDue: z.number(),
  }),
  /** Of this node since it started, in milliseconds. */
  latency: z.object({ answer: Percentiles, stt: Percentiles, brain: Percentiles, tts: Percentiles }),
  errors: z.array(z.object({ source: z.string(), code: z.string(), count: z.number(), title: z.string() })),
  /** Null without prices. */
  spend: z.object({ currency: z.string(), today: z.number(), month: z.number() }).nullable(),
  nodes: z.array(
    z.object({
      node: z.string(),
      version: z.string().nullable(),
      isAlive: z.boolean(),
      isDraining: z.boolean(),
      calls: z.number(),
    }),
  ),
});
export type Home = z.output<typeof Home>;

/** A step towards a number that answers; each is verified by a check of the doctor's. */
export const SetupStep = z.object({
  step: z.enum(['public-address', 'account', 'number', 'webhook', 'providers', 'first-call']),
  state: z.enum(['done', 'open', 'failed', 'unknown']),
  /** What was seen, without secrets. */
  seen: z.string().nullable(),
  remedy: z.string().nullable(),
  /** What belongs into a field of Twilio's console or into the environment, ready to be copied. */
  values: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type SetupStep = z.output<typeof SetupStep>;

export const homeRoutes = {
  'read-home': { method: 'GET', path: '/home', role: 'viewer', keys: true, summary: 'Today at a glance', answer: Home },
  'read-checks': {
    method: 'GET',
    path: '/checks',
    role: 'viewer',
    summary: 'What is configured and what is missing, as the doctor sees it from inside',
    answer: z.object({ checks: z.array(HomeCheck) }),
  },
  'read-setup': {
    method: 'GET',
    path: '/setup-guide',
    role: 'operator',
    summary: 'The way to a number that answers, step by step',
    answer: z.object({ steps: z.array(SetupStep) }),
  },
  'verify-step': {
    method: 'POST',
    path: '/setup-guide/verify',
    role: 'operator',
    summary: 'Looks again whether a step is done',
    body: z.object({ step: SetupStep.shape.step }),
    answer: z.object({ step: SetupStep }),
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    role: 'anonymous',
    summary: 'This API, as OpenAPI 3.1',
    answer: { file: 'application/json' },
  },
} as const satisfies Record<string, ApiRoute>;
