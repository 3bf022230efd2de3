/** Signs and abbreviations of what is measured, and what is said for them. */

export interface Measure {
  readonly one: string;
  readonly many: string;
  readonly cents?: readonly [one: string, many: string];
}

const measure = (one: string, many = `${one}s`): Measure => ({ one, many });

export const CURRENCIES: Readonly<Record<string, Measure>> = {
  $: { ...measure('dollar'), cents: ['cent', 'cents'] },
  '€': { ...measure('euro'), cents: ['cent', 'cents'] },
  '£': { ...measure('pound'), cents: ['penny', 'pence'] },
  '₪': { ...measure('shekel'), cents: ['agora', 'agorot'] },
};

export const CURRENCY_CODES: Readonly<Record<string, string>> = {
  USD: '$',
  US$: '$',
  EUR: '€',
  GBP: '£',
  NIS: '₪',
  ILS: '₪',
};

export const MEASURES: Readonly<Record<string, Measure>> = {
  '%': measure('percent', 'percent'),
  km: measure('kilometer'),
  m: measure('meter'),
  cm: measure('centimeter'),
  mm: measure('millimeter'),
  kg: measure('kilogram'),
  g: measure('gram'),
  mg: measure('milligram'),
  ml: measure('milliliter'),
  lb: measure('pound'),
  lbs: measure('pound'),
  oz: measure('ounce'),
  ft: measure('foot', 'feet'),
  mi: measure('mile'),
  mph: measure('mile per hour', 'miles per hour'),
  'km/h': measure('kilometer per hour', 'kilometers per hour'),
  kmh: measure('kilometer per hour', 'kilometers per hour'),
  'm²': measure('square meter'),
  sqm: measure('square meter'),
  'sq m': measure('square meter'),
  'sq ft': measure('square foot', 'square feet'),
  sqft: measure('square foot', 'square feet'),
  GB: measure('gigabyte'),
  MB: measure('megabyte'),
  KB: measure('kilobyte'),
  TB: measure('terabyte'),
  '°': measure('degree'),
  '°C': measure('degree Celsius', 'degrees Celsius'),
  '°F': measure('degree Fahrenheit', 'degrees Fahrenheit'),
  hr: measure('hour'),
  hrs: measure('hour'),
  min: measure('minute'),
  mins: measure('minute'),
  sec: measure('second'),
  secs: measure('second'),
};

/** The British spelling, which a British voice may read in another way. */
export function british({ one, many, ...rest }: Measure): Measure {
  const spell = (word: string): string => word.replace(/(met|lit)er(?=s?\b)/, '$1re');
  return { one: spell(one), many: spell(many), ...rest };
}
