import { ProviderError } from '../../core/errors.ts';
import type { ProviderContext } from '../../providers/contracts.ts';
import { splitSpec, vendorOf } from '../../providers/registry.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import { roundTrip } from './round-trip.ts';

/** What is left of what was paid for, where a vendor tells it. Others tell by refusing, which `providers` would see. */
export const quota: Check = {
  name: 'quota',
  area: 'vendors',
  title: 'Is anything left at the vendors?',
  needs: [],
  after: ['providers'],
  budgetMs: 60_000,
  async run(probe) {
    const { deployment } = probe;
    const vendors = deployment && (await roundTrip(probe, deployment)).vendors;
    if (!vendors) return [];
    return askVendors(
      vendors.serving.map(({ spec }) => spec),
      vendors.context,
    );
  },
};

/** Each vendor once, however many of its models serve. */
export async function askVendors(specs: readonly string[], context: ProviderContext): Promise<readonly Finding[]> {
  const names = [...new Set(specs.map((spec) => splitSpec(spec)[0]))];
  const told = await Promise.all(names.map((name) => ask(name, context)));
  return told.flat();
}

async function ask(name: string, context: ProviderContext): Promise<readonly Finding[]> {
  const question = vendorOf(name)?.quota;
  if (!question) return [];
  try {
    const { isGone, isLow, left } = await question(context);
    const trouble = { seen: left, remedy: 'Buy more, or raise the limit of the plan, at its console.' };
    if (isGone) return [fail(`${name} has nothing left`, trouble)];
    return [isLow ? warn(`${name} has little left`, trouble) : ok(`${name} has quota left`, left)];
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // A key may well be good for calls and not for the books.
    return [skipped(`${name} does not tell its quota`, error.message)];
  }
}
