import type { z } from 'zod';
import { ProviderError } from '../../core/errors.ts';
import { brokenAnswer, errorOfStatus, unreachable, type VendorOperation } from '../vendor-error.ts';

export interface Question<T> {
  readonly who: VendorOperation;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly shape: z.ZodType<T>;
}

const PATIENCE_MS = 8_000;

/** A question to a vendor beside any call. Throws `ProviderError`. */
export async function askJson<T>({ headers, shape, url, who }: Question<T>): Promise<T> {
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw errorOfStatus(who, { status: response.status });
    const parsed = shape.safeParse(await response.json());
    if (parsed.success) return parsed.data;
    throw brokenAnswer(who, 'the answer has another shape than is documented');
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof SyntaxError) throw brokenAnswer(who, 'the answer is no JSON');
    throw unreachable(who, error instanceof TypeError ? (error.cause ?? error) : error);
  }
}
