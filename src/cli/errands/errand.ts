/** What a command has the owner of the store do. */
import { z } from 'zod';

export const E164 = /^\+[1-9]\d{6,14}$/;

const errandShape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('erase'),
    tenant: z.string(),
    number: z.string().regex(E164),
    /** As the audit names people. */
    actor: z.string(),
  }),
  /** Facts that the store had refused, by their ids; all of them when none is named. */
  z.strictObject({ kind: z.literal('retry'), ids: z.array(z.string()) }),
]);

export type Errand = Readonly<z.output<typeof errandShape>>;
export type ErrandOf<K extends Errand['kind']> = Extract<Errand, { readonly kind: K }>;

/** What came of it: plain data, as it goes through JSON. */
export type ErrandAnswer =
  | { readonly ok: true; readonly result: unknown }
  /** `problem` is for a person to read. */
  | { readonly ok: false; readonly problem: string };

/** Throws for what is no errand. */
export function parseErrand(text: string): Errand {
  return errandShape.parse(JSON.parse(text));
}
