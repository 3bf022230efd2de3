import type { Check } from '../check.ts';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import { ownNumbers } from '../twilio/own-numbers.ts';
import { type Country, type PhoneNumber, TwilioRest } from '../twilio/rest.ts';

const MOST_NUMBERS = 5;

/** A call that comes in needs none; transfers and calls back do. */
export const permissions: Check = {
  name: 'permissions',
  area: 'twilio',
  title: 'May calls go out to the country of the number?',
  needs: ['twilio'],
  budgetMs: 25_000,
  async run(probe) {
    const access = probe.deployment?.twilio;
    if (!access) return [];
    const rest = new TwilioRest(access);
    const [numbers, countries] = await Promise.all([ownNumbers(probe, rest, access.number), rest.countries()]);
    if (numbers.length === 0) return [];
    if (!countries.ok) return [skipped('Geo permissions', `${countries.status}: ${countries.message}`)];
    return numbers.slice(0, MOST_NUMBERS).flatMap((number) => judge(number, countries.value));
  },
};

/** Of countries that share a code, one that is permitted is enough: which it is the number does not tell. */
function judge({ phone_number: number }: PhoneNumber, countries: readonly Country[]): readonly Finding[] {
  const codesOf = ({ country_codes }: Country): readonly string[] =>
    country_codes.map((code) => code.replace(/\D/g, ''));
  const digits = number.replace(/\D/g, '');
  const codes = countries.flatMap(codesOf).filter((code) => code !== '' && digits.startsWith(code));
  const longest = codes.reduce((best, code) => (code.length > best.length ? code : best), '');
  const same = countries.filter((country) => codesOf(country).includes(longest));
  if (longest === '' || same.length === 0) return [];
  const names = same.map(({ name }) => name).join(', ');
  if (same.some(({ low_risk_numbers_enabled: isPermitted }) => isPermitted)) {
    return [ok(`Calls to +${longest} are permitted`, names)];
  }
  return [
    warn(`Calls to +${longest} are not permitted`, {
      seen: names,
      code: 13227,
      why: 'Callers reach the agent, but a transfer or a call back to a number of their country fails.',
      remedy: 'Permit the country in the console: Voice, Settings, Geo permissions.',
    }),
  ];
}
