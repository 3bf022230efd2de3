/** What a call costs by the operator's own price list. Without a list there are no costs: no figure is ever made up. */

export interface Prices {
  /** ISO 4217. */
  readonly currency: string;
  readonly carrier?: { readonly perMinute: number };
  /** By the names that the metrics have for the providers. */
  readonly stt?: Readonly<Record<string, { readonly perMinute: number }>>;
  readonly brain?: Readonly<
    Record<string, { readonly perMillionInputTokens: number; readonly perMillionOutputTokens: number }>
  >;
  readonly tts?: Readonly<Record<string, { readonly perMillionCharacters: number }>>;
}

/** One part of a call's bill. */
export interface CostItem {
  readonly operation: 'carrier' | 'stt' | 'brain' | 'tts';
  readonly provider: string;
  readonly unit: 'minutes' | 'seconds' | 'characters' | 'input-tokens' | 'output-tokens';
  readonly amount: number;
  /** Undefined when the list has no price for it. */
  readonly cost?: number;
}

export interface CallCost {
  readonly currency: string;
  /** Of what has a price. */
  readonly total: number;
  readonly items: readonly CostItem[];
}

export type Used = Omit<CostItem, 'cost'>;

/** Per unit; undefined when the list does not say. */
export function priceOf(prices: Prices, { operation, provider, unit }: Pick<Used, 'operation' | 'provider' | 'unit'>) {
  const million = 1_000_000;
  const divided = (price: number | undefined, by: number): number | undefined =>
    price === undefined ? undefined : price / by;
  switch (unit) {
    case 'minutes':
      return operation === 'carrier' ? prices.carrier?.perMinute : undefined;
    case 'seconds':
      return divided(prices.stt?.[provider]?.perMinute, 60);
    case 'characters':
      return divided(prices.tts?.[provider]?.perMillionCharacters, million);
    case 'input-tokens':
      return divided(prices.brain?.[provider]?.perMillionInputTokens, million);
    case 'output-tokens':
      return divided(prices.brain?.[provider]?.perMillionOutputTokens, million);
  }
}

/** What has been used, each unit of each provider once. */
export function addUse(used: readonly Used[], more: Used): readonly Used[] {
  const isSame = ({ operation, provider, unit }: Used): boolean =>
    operation === more.operation && provider === more.provider && unit === more.unit;
  const known = used.find(isSame);
  if (!known) return [...used, more];
  return used.map((one) => (one === known ? { ...one, amount: one.amount + more.amount } : one));
}

export function costOf(used: readonly Used[], prices: Prices): CallCost {
  const items = used.map((one): CostItem => {
    const price = priceOf(prices, one);
    return price === undefined ? one : { ...one, cost: rounded(price * one.amount) };
  });
  const total = rounded(items.reduce((sum, { cost = 0 }) => sum + cost, 0));
  return { currency: prices.currency, total, items };
}

/** To a millionth: parts of a cent are what these are made of. */
const rounded = (amount: number): number => Math.round(amount * 1_000_000) / 1_000_000;

/** Carriers bill each minute that has begun. */
export const billedMinutes = (ms: number): number => Math.max(1, Math.ceil(ms / 60_000));
