/** Which settings are tried, and what they are called where one would change them. */
import { ConfigError } from '../core/errors.ts';
import type { CallSettings } from '../core/settings.ts';

export interface Trial {
  readonly name: string;
  readonly change: Partial<CallSettings>;
}

type Value = number | boolean | string;
/** What every journal has; a setting that was added later is not tried. */
type Field = { [K in keyof CallSettings]-?: undefined extends CallSettings[K] ? never : K }[keyof CallSettings];
type Parameter = {
  readonly field: Field;
  readonly scale?: number;
  /** Values that are tried beside the present one, given it. */
  readonly values: (now: Value) => readonly Value[];
  readonly least?: number;
  readonly most?: number;
};

const steps =
  (...offsets: readonly number[]) =>
  (now: Value): readonly Value[] =>
    offsets.map((offset) => Number(now) + offset);

const other =
  (...values: readonly Value[]) =>
  (now: Value): readonly Value[] =>
    values.filter((value) => value !== now);

/** Environment variables under their own names, the rest under those of `CallSettings`. */
const PARAMETERS: Readonly<Record<string, Parameter>> = {
  EOU_MS: { field: 'endpointingMs', values: steps(-150, -100, -50, 50, 100, 200), least: 100, most: 5_000 },
  KAV_ENDPOINTING: { field: 'endpointing', values: other('rules', 'fixed') },
  SPECULATIVE_REPLY: { field: 'speculative', values: other(true, false) },
  BARGE_IN: { field: 'bargeIn', values: other(true) },
  bargeInMs: { field: 'bargeInMs', values: steps(-40, 40, 80, 160), least: 60, most: 2_000 },
  bargeInCertainMs: { field: 'bargeInCertainMs', values: steps(-300, 300), least: 100, most: 10_000 },
  resumeAfterMs: { field: 'resumeAfterMs', values: steps(-400, 400), least: 100, most: 10_000 },
  bargeInGraceMs: { field: 'bargeInGraceMs', values: other(0, 200, 400), least: 0, most: 5_000 },
  transcriptWaitMs: { field: 'transcriptWaitMs', values: steps(-1_000, 1_000), least: 300, most: 10_000 },
  DEDUP_WINDOW_SEC: { field: 'dedupWindowMs', scale: 1_000, values: other(2, 8, 20), least: 0, most: 600 },
  noInputMs: { field: 'noInputMs', values: steps(-2_000, 3_000), least: 1_000, most: 600_000 },
  noInputPrompts: { field: 'noInputPrompts', values: () => [], least: 0, most: 5 },
};

/** One parameter at a time, around the values that the calls had. */
export function trialsAround(settings: CallSettings): readonly Trial[] {
  return Object.entries(PARAMETERS).flatMap(([name, { field, least = 0, most = 0, scale = 1, values }]) => {
    const now = settings[field];
    const shown = typeof now === 'number' ? now / scale : now;
    return values(shown)
      .filter((value) => typeof value !== 'number' || (value >= least && value <= most))
      .filter((value) => value !== shown)
      .map((value) => trialOf([[name, value]]));
  });
}

function trialOf(pairs: readonly (readonly [name: string, value: Value])[]): Trial {
  const fields = pairs.map(([name, value]) => {
    const { field, scale = 1 } = PARAMETERS[name]!;
    return [field, typeof value === 'number' ? value * scale : value];
  });
  return {
    name: pairs.map(([name, value]) => `${name}=${value}`).join(' '),
    change: Object.fromEntries(fields) as Partial<CallSettings>,
  };
}

/** One row for all of `NAME=VALUE`. Throws `ConfigError` for a name or a value that cannot be tried. */
export function parseTrial(pairs: readonly string[]): Trial {
  return trialOf(
    pairs.map((pair) => {
      const [name = '', text = ''] = pair.split(/=(.*)/su);
      const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
      if (!parameter) {
        throw new ConfigError(
          `--set ${pair}`,
          'is nothing that can be tried',
          `Try ${Object.keys(PARAMETERS).join(', ')}.`,
        );
      }
      return [name, parseValue(pair, text, parameter)] as const;
    }),
  );
}

function parseValue(pair: string, text: string, { field, least, most }: Parameter): Value {
  const fault = (problem: string, remedy: string) => new ConfigError(`--set ${pair}`, problem, remedy);
  if (field === 'endpointing') {
    if (text === 'rules' || text === 'fixed') return text;
    throw fault('is neither rules nor fixed', 'Write one of them.');
  }
  if (least === undefined || most === undefined) {
    if (text === 'true' || text === 'false') return text === 'true';
    throw fault('is neither true nor false', 'Write one of them.');
  }
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw fault(`is not a whole number from ${least} to ${most}`, 'Give such a number.');
}

/** The settings that can be tried, as they are. */
export function presentValues(settings: CallSettings): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(PARAMETERS).map(([name, { field, scale = 1 }]) => {
      const now = settings[field];
      return [name, typeof now === 'number' ? now / scale : now];
    }),
  );
}
