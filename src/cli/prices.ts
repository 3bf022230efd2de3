/** The operator's price list: what carrier and vendors bill, by the units that they bill by. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Prices } from '../core/cost.ts';
import { ConfigError } from '../core/errors.ts';

const price = z.number().nonnegative();

const prices = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters, such as USD'),
  carrier: z.strictObject({ perMinute: price }).exactOptional(),
  stt: z.record(z.string(), z.strictObject({ perMinute: price })).exactOptional(),
  brain: z
    .record(z.string(), z.strictObject({ perMillionInputTokens: price, perMillionOutputTokens: price }))
    .exactOptional(),
  tts: z.record(z.string(), z.strictObject({ perMillionCharacters: price })).exactOptional(),
});

/** Undefined without a file. Throws `ConfigError`, which names the first thing that is wrong in it. */
export async function loadPrices(file: string | undefined): Promise<Prices | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError('KAV_PRICES', `${file} cannot be read`, 'Give the path of a YAML or JSON file.', error);
  });
  const parsed = prices.safeParse(parseText(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'the file';
  throw new ConfigError('KAV_PRICES', `${place}: ${issue?.message}`, 'docs/metrics.md has an example.');
}

function parseText(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError('KAV_PRICES', `${file} is neither YAML nor JSON`, 'docs/metrics.md has an example.', error);
  }
}
