/** Calls that were: found, read, heard, shared, erased. */
import { z } from 'zod';
import { CallSid, Cursor, Done, Instant, PageQuery, PhoneNumber, page } from './common.ts';
import type { ApiRoute } from './route.ts';

export type { EndReason } from '../../core/call-event.ts';

export const CallItem = z.object({
  callSid: CallSid,
  state: z.enum(['opened', 'streaming', 'ended']),
  agent: z.string().nullable(),
  language: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Of the office, else as the caller gave it. */
  contactName: z.string().nullable(),
  openedAt: Instant,
  endedAt: Instant.nullable(),
  durationMs: z.number().nullable(),
  endReason: z.string().nullable(),
  outcome: z.enum(['completed', 'abandoned']).nullable(),
  summary: z.string().nullable(),
  turns: z.number(),
  hasRecording: z.boolean(),
  /** Where a search for text found it; the found words are between U+E000 and U+E001. */
  excerpt: z.string().nullable(),
});
export type CallItem = z.output<typeof CallItem>;

export const CallTurn = z.object({
  index: z.number(),
  who: z.enum(['caller', 'agent', 'operator']),
  text: z.string(),
  intended: z.string().nullable(),
  fromMs: z.number(),
  toMs: z.number(),
  interrupted: z.boolean(),
});
export type CallTurn = z.output<typeof CallTurn>;

export const CallPage = z.object({
  call: CallItem,
  turns: z.array(CallTurn),
  tools: z.array(
    z.object({
      name: z.string(),
      afterTurns: z.number(),
      arguments: z.string(),
      result: z.string(),
      failed: z.boolean(),
      at: Instant,
    }),
  ),
  streams: z.array(
    z.object({
      streamSid: z.string(),
      attempt: z.number().nullable(),
      node: z.string(),
      startedAt: Instant.nullable(),
      endedAt: Instant.nullable(),
      endReason: z.string().nullable(),
    }),
  ),
  slots: z.record(z.string(), z.string()),
  consent: z.boolean().nullable(),
  leadId: z.string().nullable(),
  contactNumber: z.string().nullable(),
  recording: z.object({ durationMs: z.number(), source: z.enum(['own', 'carrier']) }).nullable(),
  /** Whether this node has the journal; without it there are no decisions to tell of. */
  hasJournal: z.boolean(),
  /** Undefined prices give no cost, never a guess. */
  cost: z
    .object({
      currency: z.string(),
      total: z.number(),
      parts: z.array(z.object({ name: z.string(), amount: z.number() })),
    })
    .nullable(),
  redactedAt: Instant.nullable(),
});
export type CallPage = z.output<typeof CallPage>;

const Stretch = z.object({ fromMs: z.number(), toMs: z.number() });

/** Why the call went as it did, read off its journal. Times are call time in milliseconds. */
export const CallStory = z.object({
  durationMs: z.number(),
  /** LISTENING, THINKING and SPEAKING, one after the other without holes. */
  states: z.array(Stretch.extend({ state: z.enum(['LISTENING', 'THINKING', 'SPEAKING']) })),
  speech: z.array(Stretch),
  bargeIns: z.array(z.object({ at: z.number(), reply: z.number(), heardMs: z.number() })),
  tools: z.array(Stretch.extend({ name: z.string(), failed: z.boolean() })),
  replies: z.array(
    z.object({
      reply: z.number(),
      kind: z.string(),
      said: z.string(),
      heard: z.string(),
      end: z.enum(['played', 'interrupted', 'withdrawn', 'failed', 'open']),
      startedAt: z.number(),
      endedAt: z.number(),
      latencyMs: z.number().nullable(),
      /** The waterfall: the parts of the time from the caller's last sound to what was heard. */
      bars: z.array(Stretch.extend({ name: z.string() })),
      /** Each decision and its reason, a sentence of `kav why`. */
      sentences: z.array(z.object({ at: z.number(), text: z.string() })),
    }),
  ),
  /** What `kav rca` finds. */
  causes: z.array(
    z.object({
      cause: z.string(),
      fault: z.string(),
      title: z.string(),
      remedy: z.string(),
      at: z.number().nullable(),
      detail: z.string(),
    }),
  ),
});
export type CallStory = z.output<typeof CallStory>;

export const Peaks = z.object({
  durationMs: z.number(),
  perSecond: z.number(),
  /** Highest absolute level of each stretch, 0 … 1. */
  caller: z.array(z.number()),
  agent: z.array(z.number()),
});
export type Peaks = z.output<typeof Peaks>;

export const Erasure = z.object({
  erasureId: z.string(),
  requestedBy: z.string(),
  requestedAt: Instant,
  doneAt: Instant.nullable(),
  calls: z.number(),
  /** How many rows, files and so on of each kind were erased. */
  report: z.record(z.string(), z.number()),
  nodes: z.array(z.object({ node: z.string(), files: z.number(), at: Instant })),
});
export type Erasure = z.output<typeof Erasure>;

const CallParams = z.object({ callSid: CallSid });

export const callRoutes = {
  'list-calls': {
    method: 'GET',
    path: '/calls',
    role: 'viewer',
    keys: true,
    summary: 'Calls, the newest first',
    query: z.object({
      ...PageQuery,
      /** Words of either side, of the summary, of a contact's name or number; Hebrew or any other language. */
      text: z.string().trim().max(200).optional(),
      number: z.string().max(40).optional(),
      agent: z.string().max(100).optional(),
      outcome: z.enum(['completed', 'abandoned', 'none']).optional(),
      endReason: z.string().max(40).optional(),
      from: Instant.optional(),
      to: Instant.optional(),
    }),
    answer: page(CallItem),
  },
  'read-call': {
    method: 'GET',
    path: '/calls/{callSid}',
    role: 'viewer',
    keys: true,
    summary: 'All that is known of a call',
    params: CallParams,
    answer: CallPage,
  },
  'read-story': {
    method: 'GET',
    path: '/calls/{callSid}/story',
    role: 'viewer',
    keys: true,
    summary: 'Why the call went as it did: states, waterfalls, reasons, causes',
    params: CallParams,
    answer: CallStory,
  },
  'read-peaks': {
    method: 'GET',
    path: '/calls/{callSid}/peaks',
    role: 'viewer',
    summary: 'The waveform of the recording',
    params: CallParams,
    answer: Peaks,
  },
  'read-audio': {
    method: 'GET',
    path: '/calls/{callSid}/audio',
    role: 'viewer',
    summary: 'The recording, stereo: the caller left, the agent right. Ranges are served',
    params: CallParams,
    answer: { file: 'audio/wav' },
  },
  'read-journal': {
    method: 'GET',
    path: '/calls/{callSid}/journal',
    role: 'operator',
    summary: 'The journal, for `kav replay`',
    params: CallParams,
    answer: { file: 'application/x-ndjson' },
  },
  'read-bundle': {
    method: 'GET',
    path: '/calls/{callSid}/bundle',
    role: 'operator',
    summary: 'What is known of the call without words, names and numbers, to be shared',
    params: CallParams,
    answer: { file: 'application/json' },
  },
  'redact-call': {
    method: 'POST',
    path: '/calls/{callSid}/redact',
    role: 'owner',
    summary: 'Words, journal and recording of this call go; that it took place stays',
    params: CallParams,
    answer: Done,
  },
  erase: {
    method: 'POST',
    path: '/erasures',
    role: 'owner',
    summary: 'Erases a person everywhere',
    body: z.object({ number: PhoneNumber }),
    answer: z.object({ erasureId: z.string(), calls: z.number() }),
  },
  'list-erasures': {
    method: 'GET',
    path: '/erasures',
    role: 'owner',
    summary: 'Erasures and their proofs, the newest first',
    query: z.object({ limit: PageQuery.limit, before: Cursor.optional() }),
    answer: page(Erasure),
  },
} as const satisfies Record<string, ApiRoute>;
