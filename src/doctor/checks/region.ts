import type { Clock } from '../../core/clock.ts';
import type { Check } from '../check.ts';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import { ownNumbers } from '../twilio/own-numbers.ts';
import { TwilioRest } from '../twilio/rest.ts';

const MOST_NUMBERS = 5;
/** Each word of a conversation goes there and back twice. */
const FAR_MS = 40;
const PATIENCE_MS = 4_000;

/** Where Twilio handles the number's calls, against where this server and the vendors are. */
export const region: Check = {
  name: 'region',
  area: 'twilio',
  title: 'Are Twilio, this server and the vendors near each other?',
  needs: ['twilio'],
  // Time is measured here.
  after: ['providers'],
  budgetMs: 40_000,
  async run(probe) {
    const { clock, deployment } = probe;
    const access = deployment?.twilio;
    if (!deployment || !access) return [];
    const rest = new TwilioRest(access);
    const numbers = (await ownNumbers(probe, rest, access.number)).slice(0, MOST_NUMBERS);
    if (numbers.length === 0) return [];
    const routes = await Promise.all(numbers.map(({ phone_number: number }) => rest.regionOf(number)));
    const regions = [...new Set(routes.flatMap((route) => (route.ok ? [route.value] : [])))];
    const [first] = routes;
    if (regions.length === 0)
      return [skipped('The region of the number', first && !first.ok ? first.message : 'unknown')];
    const times = await measure(clock, access.regionUrls);
    return regions.flatMap((own) => [judgeServer(own, times), ...judgeVendors(own, deployment.variables)]);
  },
};

type Times = ReadonlyMap<string, number>;

/** The faster of two questions on one connection: the second has no handshake. */
async function measure(clock: Clock, urls: Readonly<Record<string, string>>): Promise<Times> {
  const times = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => [name, await timeOf(clock, url)] as const),
  );
  return new Map(times.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, ms] as const])));
}

async function timeOf(clock: Clock, url: string): Promise<number | undefined> {
  const taken: number[] = [];
  for (let i = 0; i < 2; i++) {
    const started = clock.now();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' });
      await response.arrayBuffer();
      taken.push(clock.now() - started);
    } catch {
      return undefined; // a region that cannot be reached is no neighbour
    }
  }
  return Math.min(...taken);
}

function judgeServer(own: string, times: Times): Finding {
  const ownMs = times.get(own);
  const [nearest] = [...times].sort(([, a], [, b]) => a - b);
  if (ownMs === undefined || !nearest) return ok(`Calls are handled in ${own}`, 'how far it is was not to be measured');
  const [name, ms] = nearest;
  if (ownMs - ms <= FAR_MS) return ok(`Calls are handled in ${own}, ${Math.round(ownMs)} ms away`);
  return warn(`Calls are handled in ${own}, and ${name} is nearer to this server`, {
    seen: `${own} ${Math.round(ownMs)} ms, ${name} ${Math.round(ms)} ms there and back`,
    why: 'Every word of a call goes that way; the caller waits for it at each turn.',
    remedy: `Set the number's inbound processing region to ${name} in the console, or run the server near ${own}.`,
  });
}

/** Which of Twilio's regions is on the same continent, by the beginning of a cloud region's name. */
const CONTINENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:us|northamerica|southcentralus|northcentralus|westus|eastus|centralus|canada|ca-)/, 'us1'],
  [/^(?:eu|europe|westeurope|northeurope|uk|france|germany|sweden|switzerland|norway|italy|poland|spain)/, 'ie1'],
  [/^(?:australia|ap-southeast-2)/, 'au1'],
];

/** Settings that say where a vendor works. */
const PLACES = ['GOOGLE_SPEECH_LOCATION', 'AZURE_SPEECH_REGION'] as const;

function judgeVendors(own: string, variables: Readonly<Record<string, string>>): readonly Finding[] {
  return PLACES.flatMap((name) => {
    const value = variables[name]?.toLowerCase();
    const near = value === undefined ? undefined : CONTINENTS.find(([begin]) => begin.test(value))?.[1];
    if (value === undefined || near === undefined || near === own) return [];
    return [
      warn(`${name} is on another continent than the calls`, {
        seen: `${name}=${value}, calls are handled in ${own}`,
        why: 'Audio goes from Twilio to this server, and from here to the vendor and back.',
        remedy: `Take a region of the vendor near this server, and Twilio's region ${near} if both are there.`,
      }),
    ];
  });
}
