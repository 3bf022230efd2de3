const E164 = /^\+[1-9]\d{6,14}$/;
const NORTH_AMERICA = '1';
/** Countries in which a number within the country begins with 0 (ITU-T E.164 list of national prefixes). */
const TRUNK_ZERO = [
  '20', '27', '31', '32', '33', '40', '41', '43', '44', '46', '49', '61', '62', '63', '64', '66', '81', '82', '84', '90',
  '91', '92', '94', '98', '212', '213', '234', '249', '254', '255', '256', '353', '355', '358', '359', '380', '381', '385',
  '386', '387', '389', '421', '880', '961', '962', '963', '964', '966', '967', '970', '971', '972', '977', '994', '995',
] as const; // biome-ignore format: a list to look things up in

export function isE164(number: string): boolean {
  return E164.test(number);
}

/**
 * A number as a person says it to somebody of the same country, as E.164: "054-1234567" to +972 3…, is +972 54….
 * Gives undefined where it cannot be known.
 */
export function toE164(said: string, beside: string): string | undefined {
  const bare = said.replaceAll(/[^\d+]/g, '').replace(/^00/, '+');
  if (bare.startsWith('+')) return asE164(bare);
  if (!isE164(beside)) return undefined;
  const near = beside.slice(1);
  if (near.startsWith(NORTH_AMERICA)) {
    if (bare.length === 10) return asE164(`+1${bare}`);
    return bare.length === 11 && bare.startsWith(NORTH_AMERICA) ? asE164(`+${bare}`) : undefined;
  }
  const country = TRUNK_ZERO.find((code) => near.startsWith(code));
  return country !== undefined && /^0[1-9]/.test(bare) ? asE164(`+${country}${bare.slice(1)}`) : undefined;
}

/** How a person of the same country writes it: +972521234567 is 0521234567, +12025550100 is 2025550100. */
export function nationalForm(number: string): string | undefined {
  const digits = number.slice(1);
  if (digits.startsWith(NORTH_AMERICA)) return digits.slice(1);
  const country = TRUNK_ZERO.find((code) => digits.startsWith(code));
  return country === undefined ? undefined : `0${digits.slice(country.length)}`;
}

function asE164(number: string): string | undefined {
  return isE164(number) ? number : undefined;
}
