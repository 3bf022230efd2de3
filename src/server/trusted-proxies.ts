import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../core/errors.ts';

const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whose `X-Forwarded-*` headers are believed. Anyone can send these headers; only a listed proxy is a witness. */
export interface TrustedProxies {
  /** Whether the direct peer of this request is a listed proxy. */
  sent(request: IncomingMessage): boolean;
  /** The nearest address that is not a listed proxy; undefined when the proxies named none. */
  clientAddress(request: IncomingMessage): string | undefined;
}

/** Takes addresses, CIDR ranges, `loopback` and `private`; throws `ConfigError` for anything else. */
export function parseTrustedProxies(entries: readonly string[]): TrustedProxies {
  const ranges = new BlockList();
  for (const entry of entries) {
    if (entry === '') continue; // what an empty setting is split into
    for (const range of NAMED_RANGES[entry] ?? [entry]) addRange(ranges, range);
  }
  const trusts = (address: string): boolean => isIP(address) !== 0 && ranges.check(address, family(address));
  return {
    sent: (request) => trusts(plainAddress(request.socket.remoteAddress ?? '')),
    clientAddress: (request) => {
      const named = String(request.headers['x-forwarded-for'] ?? '').split(',');
      // The list grows to the right at each proxy, so only the right end is vouched for.
      const hops = [request.socket.remoteAddress ?? '', ...named.reverse()].map(plainAddress);
      const client = hops.find((hop) => !trusts(hop));
      return client && isIP(client) ? client : undefined;
    },
  };
}

function addRange(ranges: BlockList, range: string): void {
  const [address = '', bits] = range.split('/');
  const prefix = bits === undefined ? (isIP(address) === 6 ? 128 : 32) : Number(bits);
  try {
    if (!/^\d*$/.test(bits ?? '') || bits === '') throw new RangeError('The prefix is not a number');
    ranges.addSubnet(address, prefix, family(address));
  } catch (cause) {
    const remedy = 'List addresses or CIDR ranges, "loopback" or "private", separated by commas';
    throw new ConfigError('TRUSTED_PROXIES', `"${range}" is neither an address nor a range`, remedy, cause);
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** A dual-stack socket reports an IPv4 peer as `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}
