/**
 * How those who guess are slowed down, on all nodes together. Three counts: of an address, of an account, and of both.
 * Nobody can lock an account for its owner: while an account is under attack from everywhere, an address that has not
 * failed itself still gets its try.
 */
import { createHash } from 'node:crypto';
import type { LimitChange, LimitRow } from '../../store/queries/login-limits.ts';

export interface GuessBuckets {
  readonly address: string;
  readonly account: string;
  readonly pair: string;
}

/** Failures that cost nothing: people mistype. */
const FREE = { pair: 5, address: 20, account: 30 } as const;
const FIRST_BLOCK_MS = 2_000;
const LONGEST_BLOCK_MS = 15 * 60_000;
/** After so long without a failure all is forgotten. */
export const FORGET_MS = 60 * 60_000;

export interface GuessVerdict {
  /** Undefined when the guess may be looked at. */
  readonly retryAfterMs: number | undefined;
}

/** Hashed: an address that was mistyped, perhaps a password in its place, is not kept. */
export function bucketsOf(address: string | undefined, account: string): GuessBuckets {
  const network = networkOf(address ?? 'unknown');
  const hashed = createHash('sha256').update(account.toLowerCase()).digest('base64url').slice(0, 22);
  return { address: `address ${network}`, account: `account ${hashed}`, pair: `pair ${network} ${hashed}` };
}

/** Counts the guess as a failure before it is looked at, so that a thousand at once are no more than the count allows. */
export function judgeGuess(
  buckets: GuessBuckets,
  rows: readonly LimitRow[],
): { readonly answer: GuessVerdict; readonly changes: readonly LimitChange[] } {
  const stand = (bucket: string) => {
    const row = rows.find((one) => one.bucket === bucket);
    const isFresh = row !== undefined && row.failedAgoMs < FORGET_MS;
    return { failures: isFresh ? row.failures : 0, blockedForMs: isFresh ? row.blockedForMs : 0 };
  };
  const [address, account, pair] = [stand(buckets.address), stand(buckets.account), stand(buckets.pair)];
  const isClean = address.failures === 0;
  const blocks = [address.blockedForMs, pair.blockedForMs, isClean ? 0 : account.blockedForMs];
  const longest = Math.max(...blocks);
  if (longest > 0) return { answer: { retryAfterMs: longest }, changes: [] };
  const changes = [
    changeOf(buckets.address, address.failures + 1, FREE.address),
    changeOf(buckets.account, account.failures + 1, FREE.account),
    changeOf(buckets.pair, pair.failures + 1, FREE.pair),
  ];
  return { answer: { retryAfterMs: undefined }, changes };
}

/** Twice as long with each failure. */
function changeOf(bucket: string, failures: number, free: number): LimitChange {
  const over = failures - free;
  const blockForMs = over < 0 ? 0 : Math.min(LONGEST_BLOCK_MS, FIRST_BLOCK_MS * 2 ** over);
  return { bucket, failures, blockForMs };
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail === undefined) return groups.slice(0, 4).join(':');
  const rest = tail === '' ? [] : tail.split(':');
  const filled = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return filled.slice(0, 4).join(':');
}
