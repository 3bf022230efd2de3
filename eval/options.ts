/** The command line of the evaluation. */
import { parseArgs } from 'node:util';
import { VARIABLES } from '../src/cli/environment.ts';
import { ConfigError } from '../src/core/errors.ts';
import { DEFAULT_DELAYS, type EvalSettings, type ProviderDelays } from './call/settings.ts';
import type { Echo } from './corpus/labels.ts';

export const USAGE = `npm run eval:turns -- [options]

  --corpus DIR         labels.json of schema caller-corpus/1 and its audio; without it the developers' corpus is built
  --only A,B           files whose id is, or whose category contains, one of these
  --virtual            on a virtual clock: fast, and the same each time. This is what happens without --real
  --real               through HTTP and WebSocket in real time: the proof
  --calls N            calls at a time, with --real (6)
  --vad NAME, --eou MS the same as --set KAV_VAD=NAME, --set EOU_MS=MS
  --set NAME=VALUE     any setting of docs/environment.md; may be repeated
  --compare SETTINGS   a second run beside the first, with NAME=VALUE,… instead of --set; vad=NAME, eou=MS and
                       endpointing=NAME are understood
  --echo LOSS,DELAY    a line that echoes the agent, so many dB weaker and so many ms later
  --stt-ms, --stt-partial-ms, --brain-ms, --voice-ms MS
                       how long the providers take (${DEFAULT_DELAYS.sttFinalMs}, ${DEFAULT_DELAYS.sttPartialMs}, ${DEFAULT_DELAYS.brainMs}, ${DEFAULT_DELAYS.voiceMs})
  --json FILE          all figures and timelines
  --journals DIR       the calls' journals as a server writes them, one folder for each run: kav tune and kav replay
                       read them
  --html FILE          a page with every call to see and hear

Exit code 0: all limits are kept. 1: not all. 2: it could not be run.
`;

export interface EvalOptions {
  readonly corpus: string | undefined;
  readonly only: readonly string[];
  readonly isReal: boolean;
  readonly calls: number;
  readonly runs: readonly EvalSettings[];
  readonly echo: Echo | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly journals: string | undefined;
  /** Settings that are given and that this version of Kav does not read. */
  readonly remarks: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const SHORT_NAMES: Readonly<Record<string, string>> = {
  vad: 'KAV_VAD',
  eou: 'EOU_MS',
  endpointing: 'KAV_ENDPOINTING',
};

/** Undefined when only the usage is wanted. Throws `ConfigError` for a wrong option. */
export function parseOptions(args: readonly string[], environment: Environment): EvalOptions | undefined {
  const values = read(args);
  if (values.help) return undefined;
  const given = settingsIn([
    ...(values.set ?? []),
    ...(values.vad === undefined ? [] : [`vad=${values.vad}`]),
    ...(values.eou === undefined ? [] : [`eou=${values.eou}`]),
  ]);
  const compared = values.compare === undefined ? undefined : settingsIn(values.compare.split(','));
  const delays = delaysIn(values);
  const runs = [given, ...(compared ? [compared] : [])].map((own) => settingsOf(own, environment, delays));
  const names = Object.keys({ ...given, ...compared });
  const unknown = names.filter((name) => !VARIABLES.some((variable) => variable.name === name));
  return {
    corpus: values.corpus,
    only: values.only?.split(',') ?? [],
    isReal: (values.real ?? false) && !values.virtual,
    calls: wholeNumber('--calls', values.calls ?? '6', 1),
    runs,
    echo: values.echo === undefined ? undefined : echoIn(values.echo),
    json: values.json,
    html: values.html,
    journals: values.journals,
    remarks: unknown.map((name) => `this version of Kav does not know ${name}: it changes nothing`),
  };
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        corpus: text,
        only: text,
        real: flag,
        virtual: flag,
        calls: text,
        vad: text,
        eou: text,
        set: { type: 'string', multiple: true },
        compare: text,
        echo: text,
        'stt-ms': text,
        'stt-partial-ms': text,
        'brain-ms': text,
        'voice-ms': text,
        json: text,
        html: text,
        journals: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new ConfigError('eval:turns', error instanceof Error ? error.message : String(error), 'See --help.', error);
  }
}

function settingsIn(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value] = pair.split(/=(.*)/su);
      if (name === '' || value === undefined) throw new ConfigError(pair, 'is not NAME=VALUE', 'Write EOU_MS=300.');
      return [SHORT_NAMES[name] ?? name, value];
    }),
  );
}

/** What is given goes over the process's environment, as it would for the server. */
function settingsOf(
  own: Readonly<Record<string, string>>,
  environment: Environment,
  delays: ProviderDelays,
): EvalSettings {
  const pairs = Object.entries(own).map(([name, value]) => `${name}=${value}`);
  return { name: pairs.length === 0 ? 'as configured' : pairs.join(' '), env: { ...environment, ...own }, delays };
}

function delaysIn(values: ReturnType<typeof read>): ProviderDelays {
  const delay = (option: 'stt-ms' | 'stt-partial-ms' | 'brain-ms' | 'voice-ms', fallback: number) =>
    wholeNumber(`--${option}`, values[option] ?? String(fallback), 0);
  return {
    sttFinalMs: delay('stt-ms', DEFAULT_DELAYS.sttFinalMs),
    sttPartialMs: delay('stt-partial-ms', DEFAULT_DELAYS.sttPartialMs),
    brainMs: delay('brain-ms', DEFAULT_DELAYS.brainMs),
    voiceMs: delay('voice-ms', DEFAULT_DELAYS.voiceMs),
  };
}

function echoIn(text: string): Echo {
  const [lossDb, delayMs] = text.split(',').map(Number);
  if (lossDb !== undefined && delayMs !== undefined && lossDb >= 0 && delayMs >= 0) return { lossDb, delayMs };
  throw new ConfigError('--echo', `"${text}" is not LOSS,DELAY`, 'Write 20,120 for 20 dB and 120 ms.');
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && text.trim() !== '') return value;
  throw new ConfigError(option, `"${text}" is not a whole number from ${least}`, 'See --help.');
}
