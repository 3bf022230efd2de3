/** Calls that go on now: seen, heard, and stepped into. */
import { z } from 'zod';
import { CallSid, Instant } from './common.ts';
import type { ApiRoute } from './route.ts';

export const FloorState = z.enum(['LISTENING', 'THINKING', 'SPEAKING']);

export const LiveCall = z.object({
  callSid: CallSid,
  node: z.string(),
  agent: z.string(),
  language: z.string(),
  from: z.string(),
  to: z.string(),
  /** When the stream began. */
  startedAt: Instant,
  state: FloorState,
  /** The last words of either side, finished or not. */
  lastWords: z.object({ who: z.enum(['caller', 'agent', 'operator']), text: z.string() }).nullable(),
  /** From the caller's last sound to the agent's first frame, of the newest answer. */
  latencyMs: z.number().nullable(),
  recording: z.enum(['off', 'waiting', 'on', 'muted']),
  /** The user who has taken the call over. */
  takenOverBy: z.string().nullable(),
});
export type LiveCall = z.output<typeof LiveCall>;

/** What happened in a call that is followed; `at` is call time in milliseconds. */
export const LiveLine = z.discriminatedUnion('type', [
  /** The caller's words so far; replaces the partial before it, and is replaced by the turn. */
  z.object({ type: z.literal('partial'), at: z.number(), text: z.string() }),
  /**
   * A finished turn. `intended` is what the agent meant to say when it was cut short: what is beyond `text` was not
   * heard.
   */
  z.object({
    type: z.literal('turn'),
    at: z.number(),
    who: z.enum(['caller', 'agent', 'operator']),
    text: z.string(),
    intended: z.string().nullable(),
    fromMs: z.number(),
    toMs: z.number(),
    interrupted: z.boolean(),
  }),
  /** A sentence that the agent has begun to say. */
  z.object({ type: z.literal('sentence'), at: z.number(), reply: z.number(), text: z.string() }),
  /** What was decided, in a sentence of `kav why`, and the event that it comes from. */
  z.object({ type: z.literal('decision'), at: z.number(), event: z.string(), text: z.string() }),
  z.object({ type: z.literal('state'), at: z.number(), state: FloorState }),
  z.object({ type: z.literal('tool'), at: z.number(), name: z.string(), failed: z.boolean() }),
  /** An operator has acted: also for the others who look on. */
  z.object({ type: z.literal('action'), at: z.number(), action: z.string(), by: z.string() }),
]);
export type LiveLine = z.output<typeof LiveLine>;

/** JSON text messages from the browser on `/api/live`. */
export const LiveRequest = z.discriminatedUnion('type', [
  /** From which outbox position news are wanted; without one, from now on. Once, first. */
  z.object({ type: z.literal('hello'), cursor: z.number().int().nonnegative().optional() }),
  /** The lines of one call: those so far, then each as it falls. At most four calls at once. */
  z.object({ type: z.literal('follow'), callSid: CallSid }),
  z.object({ type: z.literal('unfollow'), callSid: CallSid }),
  /** Both sides' audio in binary messages. Operators only; one call at a time, a new one ends the one before. */
  z.object({ type: z.literal('listen'), callSid: CallSid }),
  z.object({ type: z.literal('unlisten') }),
]);
export type LiveRequest = z.output<typeof LiveRequest>;

/** JSON text messages to the browser. */
export const LiveMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), cursor: z.number() }),
  /** All that go on: after `hello`, and whenever the list may have holes. */
  z.object({ type: z.literal('calls'), calls: z.array(LiveCall) }),
  z.object({ type: z.literal('changed'), calls: z.array(LiveCall) }),
  z.object({ type: z.literal('gone'), callSids: z.array(CallSid) }),
  z.object({ type: z.literal('lines'), callSid: CallSid, isFirst: z.boolean(), lines: z.array(LiveLine) }),
  /** Facts that are in the store now: pages that show them should ask anew. `hasGap`: ask for everything anew. */
  z.object({
    type: z.literal('news'),
    cursor: z.number(),
    hasGap: z.boolean(),
    topics: z.array(z.object({ topic: z.string(), callSid: CallSid.nullable() })),
  }),
  z.object({ type: z.literal('listening'), callSid: CallSid }),
  /** `request` is the type of the message that cannot be done. */
  z.object({ type: z.literal('refused'), request: z.string(), code: z.string() }),
  /** This watcher reads too slowly and has missed so many messages or pieces of audio. */
  z.object({ type: z.literal('lagging'), missed: z.number() }),
]);
export type LiveMessage = z.output<typeof LiveMessage>;

/**
 * Binary messages in both directions: byte 0 is the side (0 what the caller said, 1 what the caller heard, 2 the operator's
 * microphone, which only the browser sends, for a call that this user has taken over), bytes 1–3 are zero, bytes 4–7 the
 * call time of the first sample in milliseconds (unsigned, little-endian; 0 from the browser), the rest is 8 kHz µ-law,
 * at most 4,000 bytes.
 */
export const LIVE_AUDIO = { headerBytes: 8, caller: 0, agent: 1, operator: 2, mostBytes: 4_000 } as const;

export const CallAction = z.discriminatedUnion('type', [
  /** The agent says exactly this as soon as it has the floor. */
  z.object({ type: z.literal('say'), text: z.string().trim().min(1).max(1_000) }),
  /** Only the agent is told; it takes account of it from its next answer on. */
  z.object({ type: z.literal('whisper'), text: z.string().trim().min(1).max(1_000) }),
  /** The agent falls silent; the operator speaks through the live socket. Refused when another has the call. */
  z.object({ type: z.literal('take-over') }),
  /** The agent goes on, and knows what was said meanwhile. */
  z.object({ type: z.literal('give-back') }),
  z.object({ type: z.literal('hang-up') }),
  z.object({ type: z.literal('mute-recording'), muted: z.boolean() }),
]);
export type CallAction = z.output<typeof CallAction>;

export const liveRoutes = {
  'live-calls': {
    method: 'GET',
    path: '/live/calls',
    role: 'viewer',
    keys: true,
    summary: 'The calls that go on now, on all nodes',
    answer: z.object({ calls: z.array(LiveCall) }),
  },
  live: {
    method: 'GET',
    path: '/live',
    role: 'viewer',
    summary: 'The live socket; the subprotocol is `kav.live`',
    answer: 'socket',
  },
  act: {
    method: 'POST',
    path: '/calls/{callSid}/actions',
    role: 'operator',
    summary: 'Steps into a call. The same `actionId` is carried out once, however often it is asked',
    params: z.object({ callSid: CallSid }),
    body: z.object({ actionId: z.uuid(), action: CallAction }),
    answer: z.object({ outcome: z.enum(['done', 'done-before']) }),
  },
} as const satisfies Record<string, ApiRoute>;
