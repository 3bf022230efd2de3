import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext, QuotaAnswer } from '../contracts.ts';
import { askJson } from '../wire/ask-json.ts';
import { parseOptions } from './options.ts';

/** https://developers.deepgram.com/reference/management-api/projects/list */
const projects = z.object({ projects: z.array(z.object({ project_id: z.string() })) });
/** https://developers.deepgram.com/reference/management-api/billing/list-balances */
const balances = z.object({ balances: z.array(z.object({ amount: z.number(), units: z.string() })) });

/** Some hours of telephone calls. */
const LOW_USD = 5;

/** The credit of all projects of the key. A key without the right to see it is refused: `ProviderError`. */
export async function askQuota({ env }: ProviderContext): Promise<QuotaAnswer> {
  const parsed = parseOptions(env, undefined);
  if (!parsed.ok) throw new ConfigError('DEEPGRAM_API_KEY', 'is not set', parsed.reason);
  const { apiKey, listenUrl } = parsed.options;
  const base = listenUrl.replace(/^ws/, 'http').replace(/\/v1\/listen$/, '');
  const ask = {
    who: { provider: 'deepgram', operation: 'stt' },
    headers: { authorization: `Token ${apiKey}` },
  } as const;
  const found = await askJson({ ...ask, url: `${base}/v1/projects`, shape: projects });
  const all = await Promise.all(
    found.projects.map(({ project_id: id }) =>
      askJson({ ...ask, url: `${base}/v1/projects/${encodeURIComponent(id)}/balances`, shape: balances }),
    ),
  );
  const credits = all.flatMap((one) => one.balances);
  const usd = credits.filter(({ units }) => units.toLowerCase() === 'usd');
  const left = usd.reduce((sum, { amount }) => sum + amount, 0);
  // An account that is billed afterwards has no credit, and needs none.
  if (usd.length === 0) return { left: 'billed by use', isLow: false, isGone: false };
  return { left: `${left.toFixed(2)} USD of credit`, isLow: left < LOW_USD, isGone: left <= 0 };
}
