/** The labels of a caller corpus: schema `caller-corpus/1`, as `docs/eval.md` describes it. */
import { z } from 'zod';
import { ConfigError } from '../../src/core/errors.ts';

const SCHEMA = 'caller-corpus/1';

const ms = z.number().min(0);
const spanShape = z
  .object({ startMs: ms, endMs: ms, text: z.string().optional() })
  .refine(({ startMs, endMs }) => endMs > startMs, 'ends before it begins');

const cueShape = z.object({
  on: z.string(),
  nth: z.int().min(1).default(1),
  offsetMs: z.number(),
  expect: z.string().optional(),
});

const turnShape = z
  .object({
    kind: z.string(),
    startMs: ms,
    endMs: ms,
    text: z.string(),
    lang: z.string().optional(),
    segments: z.array(spanShape).default([]),
    cue: cueShape.optional(),
  })
  .refine(({ startMs, endMs }) => endMs > startMs, 'ends before it begins')
  .refine(
    ({ startMs, endMs, segments }) =>
      segments.every((s, i) => s.startMs >= (segments[i - 1]?.endMs ?? startMs) && s.endMs <= endMs),
    'has segments out of order or out of the turn',
  );

const eventShape = z
  .object({ kind: z.string(), startMs: ms, endMs: ms, cue: cueShape.optional() })
  .refine(({ startMs, endMs }) => endMs > startMs, 'ends before it begins');

const fileShape = z.object({
  id: z.string().min(1),
  file: z.string().min(1),
  category: z.string().min(1),
  durationMs: ms,
  lang: z.string().default('en'),
  noise: z.object({ type: z.string(), snrDb: z.number() }).nullish(),
  echo: z.unknown().optional(),
  bed: z.object({ startMs: z.number(), endMs: z.number() }).optional(),
  turns: z.array(turnShape),
  events: z.array(eventShape).default([]),
  agent: z.object({ say: z.array(z.string().min(1)).default([]), windows: z.array(spanShape).default([]) }).optional(),
  sha256: z.string().optional(),
});

const labelsShape = z.object({
  schema: z.literal(SCHEMA),
  set: z.string().default(''),
  format: z.object({
    encoding: z.literal('mulaw'),
    sampleRateHz: z.literal(8000),
    channels: z.literal(1),
    container: z.literal('raw'),
  }),
  files: z.array(fileShape).min(1),
});

/** How a stretch of the caller's audio has to be taken. */
export type UnitKind = 'turn' | 'barge-in' | 'backchannel' | 'event';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Cue {
  /** Counts the stretches of agent audio from 1. */
  readonly nth: number;
  readonly offsetMs: number;
}

/** A run of speech, split from the next one where the caller is silent for at least 180 ms. */
export interface Segment extends Span {
  /** Its own words, when the labels tell them. */
  readonly text?: string;
}

/** Something labelled that the caller lets be heard; times are those of the file until it is played. */
export interface Unit extends Span {
  readonly kind: UnitKind;
  /** For an event what it is, for example `cough`. */
  readonly label: string;
  /** Empty for an event. */
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly cue?: Cue;
}

export interface Echo {
  readonly delayMs: number;
  /** How much weaker the agent comes back than it was heard, in dB. */
  readonly lossDb: number;
}

/** One call. */
export interface LabelledFile {
  readonly id: string;
  readonly file: string;
  readonly category: string;
  readonly durationMs: number;
  /** As in the labels: `en`, `he`. */
  readonly lang: string;
  readonly noise?: { readonly type: string; readonly snrDb: number };
  readonly echo?: Echo;
  /** A stretch with nothing but the line in it, that may be repeated. */
  readonly bed?: Span;
  /** In the order of their start. */
  readonly units: readonly Unit[];
  readonly say: readonly string[];
  /** When the agent nominally speaks. */
  readonly windows: readonly Span[];
  readonly sha256?: string;
}

export interface Labels {
  readonly set: string;
  readonly files: readonly LabelledFile[];
  /** What the labels have that is not understood, and what is done about it. */
  readonly remarks: readonly string[];
}

/** Fields that are not known are passed over. Throws `ConfigError` that names the place of the first fault. */
export function parseLabels(text: string, source: string): Labels {
  const result = labelsShape.safeParse(parseJson(text, source));
  if (!result.success) throw faultOf(result.error.issues[0]!, source);
  const { set, files } = result.data;
  const remarks: string[] = [];
  const seen = new Set<string>();
  for (const { id } of files) {
    if (seen.has(id)) throw new ConfigError(source, `has two files with the id ${id}`, 'Give each its own.');
    seen.add(id);
  }
  return { set, files: files.map((file) => readFile(file, remarks)), remarks };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(source, 'is not JSON', `Give a labels.json of schema ${SCHEMA}.`, error);
  }
}

function faultOf({ path, message }: z.core.$ZodIssue, source: string): ConfigError {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return new ConfigError(`${source}${place}`, message, `The labels must be of schema ${SCHEMA}; see docs/eval.md.`);
}

function readFile(file: z.output<typeof fileShape>, remarks: string[]): LabelledFile {
  const { id, category, durationMs, lang, noise, bed, agent, sha256 } = file;
  const say = (text: string) => remarks.push(`${id}: ${text}`);
  const echo = echoOf(file.echo, say);
  const units = [
    ...file.turns.map((turn) => turnUnit(turn, say)),
    ...file.events.map((event) => eventUnit(event, say)),
  ];
  units.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const late = units.find(({ endMs }) => endMs > durationMs);
  if (late) throw new ConfigError(`file ${id}`, `has ${late.label} after its end`, 'Mend the labels.');
  return {
    id,
    file: file.file,
    category,
    durationMs,
    lang,
    ...(noise ? { noise } : {}),
    ...(echo ? { echo } : {}),
    ...(bed ? { bed } : {}),
    units,
    say: agent?.say ?? [],
    windows: [...(agent?.windows ?? [])].sort((a, b) => a.startMs - b.startMs),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

type Say = (text: string) => void;

function turnUnit(turn: z.output<typeof turnShape>, say: Say): Unit {
  const { kind, startMs, endMs, text, segments, cue } = turn;
  const runs = segments.length > 0 ? segments : [{ startMs, endMs }];
  return {
    kind: kindOf(kind, cue?.expect, say),
    label: kind,
    startMs,
    endMs,
    text,
    segments: runs.map((run) => ({ startMs: run.startMs, endMs: run.endMs, ...(run.text ? { text: run.text } : {}) })),
    ...cueOf(cue, kind, say),
  };
}

function eventUnit(event: z.output<typeof eventShape>, say: Say): Unit {
  const { kind, startMs, endMs, cue } = event;
  const span = { startMs, endMs };
  return { kind: 'event', label: kind, ...span, text: '', segments: [span], ...cueOf(cue, kind, say) };
}

/** A kind that is not known is taken for what its cue expects of the agent. */
function kindOf(kind: string, expect: string | undefined, say: Say): UnitKind {
  if (kind === 'turn' || kind === 'barge-in' || kind === 'backchannel') return kind;
  const taken = expect === 'agent-continues' ? 'backchannel' : expect === 'agent-stops' ? 'barge-in' : 'turn';
  say(`a turn of the unknown kind "${kind}" is taken for a ${taken}`);
  return taken;
}

function cueOf(cue: z.output<typeof cueShape> | undefined, kind: string, say: Say): { readonly cue?: Cue } {
  if (!cue) return {};
  if (cue.on === 'agent-audio-start') return { cue: { nth: cue.nth, offsetMs: cue.offsetMs } };
  say(`the cue "${cue.on}" of a ${kind} is not known: it is played at its place in the file`);
  return {};
}

const echoShape = z
  .object({ delayMs: z.number().min(0).max(2_000), lossDb: z.number().optional(), gainDb: z.number().optional() })
  .transform(({ delayMs, lossDb, gainDb }) => ({ delayMs, lossDb: Math.abs(lossDb ?? gainDb ?? Number.NaN) }))
  .refine(({ lossDb }) => Number.isFinite(lossDb));

function echoOf(value: unknown, say: Say): Echo | undefined {
  if (value === undefined || value === null) return undefined;
  const result = echoShape.safeParse(value);
  if (result.success) return result.data;
  say('its echo is not { delayMs, lossDb }: the line is played without any');
  return undefined;
}
