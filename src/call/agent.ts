import { dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import type { LineName } from '../core/call-event.ts';
import { ConfigError } from '../core/errors.ts';
import type { Flow } from '../providers/flow/definition.ts';
import { configError, fault, lineShape, missingOr, strictShape, textShape } from '../providers/flow/fault.ts';
import { parseFlow } from '../providers/flow/parse.ts';
import { isUninterruptible, type Line } from '../text/line.ts';
import { type AgentLines, defaultLines } from './agent-lines.ts';
import { type AgentRecording, recordingShape, wholeRecording } from './agent-recording.ts';
import { TOOL_NAME, type Tool } from './tool.ts';

/**
 * A provider by name, with what follows the colon left to the provider: `google`, `openai:gpt-5`. Which names there
 * are is printed by `kav serve` at its start.
 */
export type ProviderSpec = string;

export interface AgentLimits {
  /** The longest call, 1 to 240. Default 30. */
  readonly maxCallMinutes: number;
  /** Silence of the caller before the agent speaks up, 3 to 60. Default 8. */
  readonly noInputSeconds: number;
  /** How often the agent speaks up before it says goodbye, 0 to 5. Default 2. */
  readonly noInputPrompts: number;
}

/** What an agent file exports by default, through `defineAgent`. */
export interface AgentDefinition {
  /** The name in logs and in the console, for example `Front desk`. */
  readonly name: string;
  /** BCP 47, for example `he-IL`. Recogniser, voice and fixed lines follow it. */
  readonly language: string;
  /**
   * The voice, by the name that the first provider of `tts` gives it, or several by provider:
   * `{ google: 'he-IL-Chirp3-HD-Aoede', azure: 'he-IL-HilaNeural' }`. Left out: each provider's default for the language.
   */
  readonly voice?: string | Readonly<Record<string, string>>;
  /**
   * The first words of every call. Say here that the caller speaks with an automated assistant. A list where a part must
   * be heard: `[uninterruptible('This call is recorded.'), 'How can I help?']`.
   */
  readonly greeting?: Line | readonly Line[];
  /**
   * A recording (`.wav` or `.mp3`, relative to the agent's file) that is played instead of the spoken greeting. Keep
   * `greeting` as well: it is the text of the recording in transcripts.
   */
  readonly greetingAudio?: string;
  /** What a model is told about its task. A flow needs none. */
  readonly instructions?: string;
  /** What decides the replies: a model by name, a `flow({…})`, or several in order of preference. */
  readonly brain: ProviderSpec | Flow | readonly (ProviderSpec | Flow)[];
  /** The recogniser, or several in order of preference: the first that can be had serves. */
  readonly stt: ProviderSpec | readonly ProviderSpec[];
  /** The voice's provider, or several in order of preference. */
  readonly tts: ProviderSpec | readonly ProviderSpec[];
  /** What a model may do beside speaking: `{ saveLead: tool({ … }) }`. A flow uses none. */
  readonly tools?: Readonly<Record<string, Tool>>;
  /** Whether a pressed key stops the agent at once, unless a question of a flow says otherwise. Default false. */
  readonly keysInterrupt?: boolean;
  /** Your own words for some of the lines that are said without a brain. */
  readonly lines?: Partial<AgentLines>;
  /** Left out, each has its default. */
  readonly limits?: Partial<AgentLimits>;
  /** Records calls, once the caller has been told. Left out, nothing is recorded. */
  readonly recording?: AgentRecording;
}

/** An agent that was checked: every chain a list, every line and limit there. It is itself a valid definition. */
export interface Agent extends AgentDefinition {
  readonly brain: readonly (ProviderSpec | Flow)[];
  readonly stt: readonly ProviderSpec[];
  readonly tts: readonly ProviderSpec[];
  readonly tools: Readonly<Record<string, Tool>>;
  readonly lines: AgentLines;
  readonly limits: AgentLimits;
  readonly recording?: Required<AgentRecording>;
}

const DEFAULT_LIMITS: AgentLimits = { maxCallMinutes: 30, noInputSeconds: 8, noInputPrompts: 2 };

const providerSpec = textShape('Name a provider, for example "google".').refine(
  (spec) => /^[a-z][a-z0-9-]*(?::\S+)?$/u.test(spec),
  { error: fault('is not the name of a provider', 'Write it in lower case, for example "google" or "openai:gpt-5".') },
);

/** Flows are checked by their own rules, which name the field inside the flow. */
const flowEntry = z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

function chainOf<Item extends z.ZodType>(item: Item, remedy: string) {
  return z.union([item, z.array(item).min(1, { error: fault('is an empty list', remedy) })], {
    error: (issue) => (isChain(issue.input) ? undefined : fault(missingOr(issue.input, 'a name or a list'), remedy)),
  });
}

const isChain = (value: unknown): boolean => typeof value === 'string' || (typeof value === 'object' && value !== null);

const fixedLine = lineShape('Give the words of the line, or leave it out.').optional();
const lineShapes = {
  'no-input': fixedLine,
  'not-heard': fixedLine,
  filler: fixedLine,
  'cut-in': fixedLine,
  'person-check': fixedLine,
  'no-person': fixedLine,
  apology: fixedLine,
  goodbye: fixedLine,
  'time-limit': fixedLine,
  resumed: fixedLine,
  returned: fixedLine,
  farewell: fixedLine,
  failure: fixedLine,
} as const satisfies Record<LineName, z.ZodType>;

function limit(from: number, to: number) {
  const range = fault(`must be a whole number from ${from} to ${to}`, `Choose one, or leave it out.`);
  return z.int({ error: range }).min(from, { error: range }).max(to, { error: range }).optional();
}

const VOICE_REMEDY = 'Give the voice\'s name, for example "he-IL-HilaNeural", or leave it out.';

/** `end_call` is how every model hangs up. */
const toolName = z.string().refine((name) => TOOL_NAME.test(name) && name !== 'end_call', {
  error: fault('is not a name that every model takes', 'Write letters, digits and _, for example saveLead.'),
});
const toolShape = z.custom<Tool>((value) => typeof value === 'object' && value !== null && 'run' in value, {
  error: fault('is not a tool', 'Write tool({ description, input: z.object({ … }), run }).'),
});

const GREETING_REMEDY = 'Give the first words of the call, or leave it out and set greetingAudio.';
const greetingLine = lineShape(GREETING_REMEDY);

const shape = strictShape({
  name: textShape('Give the agent a name, for example name: "Front desk".'),
  language: textShape('Give a BCP 47 tag, for example language: "en-US".').refine(isLanguageTag, {
    error: fault('is not a BCP 47 tag', 'Write a language and a country, for example "en-US" or "he-IL".'),
  }),
  voice: z
    .union([textShape(VOICE_REMEDY), z.record(z.string(), textShape(VOICE_REMEDY))], {
      error: fault('is neither a name nor names by provider', VOICE_REMEDY),
    })
    .optional(),
  greeting: z
    .union([greetingLine, z.array(greetingLine).min(1, { error: fault('is an empty list', GREETING_REMEDY) })])
    .optional(),
  greetingAudio: textShape('Give the path of a .wav or .mp3 file, or leave it out.')
    .refine((path) => ['.wav', '.mp3'].includes(extname(path).toLowerCase()), {
      error: fault('is neither a .wav nor an .mp3 file', 'Convert the recording to one of the two.'),
    })
    .optional(),
  instructions: textShape('Give the instructions, or leave it out.').optional(),
  brain: chainOf(z.union([providerSpec, flowEntry]), 'Give a model, a flow({…}), or a list of them.'),
  stt: chainOf(providerSpec, 'Give a recogniser, for example stt: ["google", "scripted"].'),
  tts: chainOf(providerSpec, 'Give a voice, for example tts: ["google", "flite"].'),
  tools: z.record(toolName, toolShape).optional(),
  keysInterrupt: z.boolean({ error: fault('must be true or false', 'Write true or false.') }).optional(),
  lines: strictShape(lineShapes).optional(),
  limits: strictShape({
    maxCallMinutes: limit(1, 240),
    noInputSeconds: limit(3, 60),
    noInputPrompts: limit(0, 5),
  }).optional(),
  recording: recordingShape.optional(),
});

function isLanguageTag(tag: string): boolean {
  try {
    return new Intl.Locale(tag).language !== 'und';
  } catch {
    // Intl.Locale tells a bad tag only by throwing.
    return false;
  }
}

/** Declares an agent. Throws `ConfigError` naming the field and the remedy when anything is wrong with it. */
export function defineAgent(definition: AgentDefinition): Agent {
  return parse(definition, 'agent');
}

/**
 * The agent in the default export of a file. `source` is the path of that file: it stands in errors, and
 * `greetingAudio` is resolved against its folder. Throws `ConfigError`.
 */
export function parseAgent(value: unknown, source: string): Agent {
  if (typeof value !== 'object' || value === null) {
    throw new ConfigError(source, 'does not export an agent', 'Write export default defineAgent({ … }).');
  }
  const agent = parse(value, source);
  const { greetingAudio } = agent;
  return greetingAudio === undefined ? agent : { ...agent, greetingAudio: resolve(dirname(source), greetingAudio) };
}

function parse(value: unknown, source: string): Agent {
  const result = shape.safeParse(value);
  if (!result.success) throw configError(result.error, source);
  const definition = result.data as AgentDefinition;
  if (definition.greeting === undefined && definition.greetingAudio === undefined) {
    throw new ConfigError(`${source}: greeting`, 'is missing', 'Give the first words of the call, or greetingAudio.');
  }
  checkRecording(definition, source);
  const { recording, ...rest } = definition;
  return {
    ...rest,
    brain: brainChain(definition, source),
    stt: [definition.stt].flat(),
    tts: [definition.tts].flat(),
    tools: definition.tools ?? {},
    lines: { ...defaultLines(definition.language), ...definition.lines },
    limits: { ...DEFAULT_LIMITS, ...definition.limits },
    ...(recording === undefined ? {} : { recording: wholeRecording(recording) }),
  };
}

/** A recording is one piece: a part of it cannot be marked. */
function checkRecording({ greeting = '', greetingAudio }: AgentDefinition, source: string): void {
  const kinds = new Set([greeting].flat().map(isUninterruptible));
  if (greetingAudio === undefined || kinds.size === 1) return;
  const remedy = 'Mark all of the greeting as uninterruptible, or none of it.';
  throw new ConfigError(`${source}: greeting`, 'is uninterruptible in part, and greetingAudio is one piece', remedy);
}

function brainChain({ brain, language }: AgentDefinition, source: string): readonly (ProviderSpec | Flow)[] {
  const isList = Array.isArray(brain);
  return [brain].flat().map((entry: ProviderSpec | Flow, index) => {
    if (typeof entry === 'string') return entry;
    const path = `${source}: brain${isList ? `[${index}]` : ''}`;
    const flow = parseFlow(entry, path);
    const sameLanguage = new Intl.Locale(flow.language).language === new Intl.Locale(language).language;
    if (sameLanguage) return flow;
    throw new ConfigError(`${path}.language`, `is ${flow.language}, the agent's is ${language}`, 'Make them the same.');
  });
}
