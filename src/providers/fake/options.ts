import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

const MAX_DELAY_MS = 60_000;

/** The delay in milliseconds that the environment sets. Throws `ConfigError` naming the key. */
export function parseDelayMs(env: ProviderContext['env'], key: string, defaultMs: number): number {
  const value = env[key]?.trim();
  if (value === undefined || value === '') return defaultMs;
  const ms = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (ms <= MAX_DELAY_MS) return ms;
  throw new ConfigError(
    key,
    `"${value}" is not a whole number of milliseconds from 0 to ${MAX_DELAY_MS}`,
    `Set it to ${defaultMs}, or leave it out.`,
  );
}
