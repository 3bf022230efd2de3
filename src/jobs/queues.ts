/** The queues, what their jobs name, and how often a job is tried. Payloads hold identifiers, never a number or a word. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CRM_EVENTS } from './crm/event.ts';

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
const call = { tenant: identifier, callSid: identifier };

const PAYLOADS = {
  recording: z.strictObject({ ...call, recordingSid: identifier }),
  summary: z.strictObject(call),
  crm: z.strictObject({ ...call, type: z.enum(CRM_EVENTS), subject: identifier, revision: z.int().min(1) }),
  erasure: z.strictObject({ tenant: identifier, erasureId: identifier, pass: z.int().min(1) }),
  retention: z.strictObject({}),
  upkeep: z.strictObject({}),
} as const;

export type QueueName = keyof typeof PAYLOADS;
export type Payload<Q extends QueueName> = Readonly<z.output<(typeof PAYLOADS)[Q]>>;

export interface QueueRules {
  readonly retries: number;
  /** Doubled at each retry, up to `mostDelaySec`, with a random part. */
  readonly firstDelaySec: number;
  readonly mostDelaySec: number;
  /** How long one attempt may take before another node may begin it anew. */
  readonly attemptSec: number;
  /** How many jobs a node takes at a time. */
  readonly batch: number;
  /** Jobs of one key run one after the other, in order, whatever happens to the first. */
  readonly inOrder?: true;
}

const DAY_SEC = 86_400;

export const QUEUES: Readonly<Record<QueueName, QueueRules>> = {
  /** Eight hours. */
  recording: { retries: 14, firstDelaySec: 5, mostDelaySec: 3600, attemptSec: 2400, batch: 2 },
  /** Two hours; after the last one the outcome alone is kept. */
  summary: { retries: 8, firstDelaySec: 30, mostDelaySec: 1800, attemptSec: 120, batch: 2 },
  /** A day and a bit. */
  crm: { retries: 34, firstDelaySec: 5, mostDelaySec: 3600, attemptSec: 60, batch: 10, inOrder: true },
  /** A week: nobody's right to be forgotten ends with a disk that was full. */
  erasure: { retries: 180, firstDelaySec: 2, mostDelaySec: 3600, attemptSec: 900, batch: 1 },
  retention: { retries: 3, firstDelaySec: 60, mostDelaySec: 600, attemptSec: 3600, batch: 1 },
  upkeep: { retries: 0, firstDelaySec: 0, mostDelaySec: 0, attemptSec: 300, batch: 1 },
};

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

/** Where the jobs of a queue go that will never succeed. */
export const deadLetterOf = (queue: QueueName): string => `${queue}-dead`;

/** How long a finished job is kept for a look at it, and for knowing its repeat. */
export const KEEP_FINISHED_SEC = 7 * DAY_SEC;
export const KEEP_DEAD_SEC = 30 * DAY_SEC;

/** A job to be: asking for it twice makes one. */
export type JobRequest = {
  readonly [Q in QueueName]: { readonly queue: Q; readonly payload: Payload<Q> };
}[QueueName];

/** The payload as it was asked for. Throws `ZodError` for a job that no version of Kav has made. */
export function parsePayload<Q extends QueueName>(queue: Q, data: unknown): Payload<Q> {
  const shape: z.ZodType<Payload<QueueName>> = PAYLOADS[queue];
  return shape.parse(data) as Payload<Q>;
}

/** The same for the same request: a UUID in the layout of version 8 (RFC 9562), made of a digest. */
export function jobId({ queue, payload }: JobRequest): string {
  const sorted = Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([queue, sorted]))
    .digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
