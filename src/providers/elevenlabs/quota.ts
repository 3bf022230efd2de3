import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext, QuotaAnswer } from '../contracts.ts';
import { askJson } from '../wire/ask-json.ts';
import { parseOptions } from './options.ts';

/** https://elevenlabs.io/docs/api-reference/user/subscription/get */
const subscription = z.object({
  status: z.string(),
  character_count: z.number(),
  character_limit: z.number(),
});

const LOW = 0.1;

/** Throws `ProviderError`, and `ConfigError` without a key. */
export async function askQuota({ env }: ProviderContext): Promise<QuotaAnswer> {
  const options = parseOptions(env, undefined);
  if (typeof options === 'string') throw new ConfigError('ELEVENLABS_API_KEY', 'is not set', options);
  const { character_count, character_limit, status } = await askJson({
    who: { provider: 'elevenlabs', operation: 'tts' },
    url: `${options.baseUrl}/v1/user/subscription`,
    headers: { 'xi-api-key': options.key },
    shape: subscription,
  });
  const left = Math.max(0, character_limit - character_count);
  return {
    left: `${left} of ${character_limit} characters, ${status}`,
    isLow: left < character_limit * LOW,
    isGone: left === 0,
  };
}
