import type { Probe } from '../probe/probe.ts';
import type { Answer, PhoneNumber, TwilioRest } from './rest.ts';

/** The numbers under test: the one that was named, or those that lead here; asked once for all checks. */
export function ownNumbers(
  probe: Probe,
  rest: TwilioRest,
  wanted: string | undefined,
): Promise<readonly PhoneNumber[]> {
  return probe.once('own-numbers', async () => {
    const found = await allNumbers(probe, rest, wanted);
    if (!found.ok) return [];
    return wanted === undefined
      ? found.value.filter(({ voice_url: url }) => url === probe.webhookUrl)
      : found.value.slice(0, 1);
  });
}

export const allNumbers = (
  probe: Probe,
  rest: TwilioRest,
  wanted: string | undefined,
): Promise<Answer<readonly PhoneNumber[]>> => probe.once('numbers', () => rest.numbers(wanted));
