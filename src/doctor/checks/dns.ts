import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ...([
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['127.0.0.0', 8],
    ['100.64.0.0', 10],
    ['0.0.0.0', 8],
  ] as const),
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6');

/** An address that means something only on this machine or in its network. */
export function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && PRIVATE.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

export function isLocalHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare.endsWith('.local') || bare.endsWith('.internal') || isPrivateAddress(bare);
}

/** Whether the name leads to where Twilio can go. */
export const dns: Check = {
  name: 'dns',
  area: 'reach',
  title: 'Does the name lead here?',
  needs: [],
  budgetMs: 8_000,
  async run({ target }) {
    const { baseUrl, publicUrl } = target.address;
    const { hostname } = publicUrl;
    if (isLocalHost(hostname)) return [onlyHere(hostname)];
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return [ok(`${hostname} is an address`)];
    if (hostname.includes('_')) return [underscore(hostname)];
    try {
      const found = await lookup(hostname, { all: true });
      return [
        judge(
          hostname,
          found.map(({ address }) => address),
        ),
      ];
    } catch (error) {
      const isDialled = baseUrl.host === publicUrl.host;
      return [unknown(hostname, error, isDialled ? fail : warn)];
    }
  },
};

function judge(hostname: string, addresses: readonly string[]): Finding {
  const inside = addresses.filter(isPrivateAddress);
  if (inside.length === 0) return ok(`${hostname} has an address`, addresses.join(', '));
  return fail(`${hostname} leads to a private address`, {
    seen: addresses.join(', '),
    code: 11205,
    remedy: 'Give the name the public address of the server, its proxy or its tunnel.',
  });
}

function onlyHere(hostname: string): Finding {
  return warn(`${hostname} is known only on this machine or network`, {
    code: 11205,
    why: 'Twilio comes from the internet. Everything else is tried from this machine.',
    remedy: 'Set PUBLIC_HOST, or give the public URL: kav doctor https://voice.example.com.',
  });
}

function underscore(hostname: string): Finding {
  return fail(`${hostname} has an underscore`, {
    code: 11210,
    why: 'Twilio makes no request to such a host.',
    remedy: 'Take a name with letters, digits and hyphens.',
  });
}

function unknown(hostname: string, error: unknown, verdict: typeof fail): Finding {
  return verdict(`${hostname} has no address`, {
    seen: error instanceof Error ? error.message : String(error),
    code: 11210,
    remedy: 'Look at the DNS record; the name of a tunnel changes when it is started anew.',
  });
}
