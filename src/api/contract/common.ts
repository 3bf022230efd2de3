import { z } from 'zod';

/** Twilio's name of a call; a call from the browser has one of the same shape. */
export const CallSid = z.string().regex(/^CA[0-9a-f]{32}$/);
/** E.164. */
export const PhoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/);
/** ISO 8601, UTC. */
export const Instant = z.string();
/** Where the page before ended: opaque, from `next` of its answer. */
export const Cursor = z.string().max(500);
export const PageQuery = { before: Cursor.optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };

/** `next` asks for the page after this one; null on the last. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: Cursor.nullable() });

export const Done = z.object({ ok: z.literal(true) });
