import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, NotFoundError } from '../core/errors.ts';

const text = z.string().trim().min(1, 'needs some words');
const ms = z.number().int().min(0).max(600_000);
const pattern = z.string().min(1).refine(isPattern, 'is not a regular expression');
const atMost = z.strictObject({ max: ms });

const Step = z.union([
  z.enum(['wait-for-agent', 'cough', 'hang-up']),
  z.strictObject({ wait: ms }),
  z.strictObject({ silence: ms }),
  z.strictObject({ 'wait-for-agent': z.strictObject({ 'quiet-ms': ms.optional(), 'timeout-ms': ms.optional() }) }),
  z.strictObject({ say: text }),
  z.strictObject({
    'say-over': z.union([text, z.strictObject({ text, 'after-ms': ms.optional(), 'timeout-ms': ms.optional() })]),
  }),
  z.strictObject({ play: text }),
  z.strictObject({ dtmf: z.string().regex(/^[0-9A-D#*]{1,64}$/, 'takes the keys 0-9, A-D, * and #') }),
]);

const Expectation = z.union([
  z.literal('no-warnings'),
  z.strictObject({
    'agent-replies': z.strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() }),
  }),
  z.strictObject({ 'response-gap-ms': atMost }),
  z.strictObject({ 'barge-in-ms': atMost }),
  z.strictObject({ 'dead-air-ms': atMost }),
  z.strictObject({ 'duration-ms': atMost }),
  z.strictObject({ 'ended-by': z.enum(['agent', 'caller']) }),
  z.strictObject({
    outcome: z.strictObject({
      status: z.enum(['completed', 'abandoned']).optional(),
      flow: text.optional(),
      slots: z.record(z.string(), pattern).optional(),
    }),
  }),
  z.strictObject({ 'agent-said': z.array(pattern).min(1) }),
  z.strictObject({ 'caller-heard-as': z.array(pattern).min(1) }),
]);

const Scenario = z.strictObject({
  name: text,
  description: z.string().optional(),
  caller: z.strictObject({ voice: text.optional(), from: text.optional(), language: text.optional() }).default({}),
  /** Makes hiss and coughs reproducible. */
  seed: z.int().min(0).optional(),
  /** How long the caller stays on the line after the last step before hanging up. */
  'linger-ms': ms.default(15_000),
  steps: z.array(Step).min(1),
  expect: z.array(Expectation).default([]),
});

/** A scenario as it is written, in YAML or TypeScript. */
export type ScenarioSource = z.input<typeof Scenario>;
export type ScenarioStep = z.output<typeof Step>;
export type ScenarioExpectation = z.output<typeof Expectation>;

export interface Scenario extends z.output<typeof Scenario> {
  /** Where `play` looks for its files. */
  readonly directory: string;
}

/** For TypeScript: `export default scenario({...})` checks and completes as it is typed. */
export function scenario(source: ScenarioSource): ScenarioSource {
  return source;
}

/** Reads a `.yaml`, `.yml` or `.ts` file. Throws `NotFoundError`, or `ConfigError` that names the line or field. */
export async function loadScenario(path: string): Promise<Scenario> {
  const kind = extname(path);
  if (kind === '.ts' || kind === '.js' || kind === '.mjs') return checkScenario(await importDefault(path), path);
  if (kind !== '.yaml' && kind !== '.yml') {
    throw new ConfigError(path, `a scenario cannot be read from "${kind}"`, 'Use a .yaml or a .ts file.');
  }
  return parseScenario(await readText(path), path);
}

/** Parses YAML. `path` is for the messages, and for the place of recordings. */
export function parseScenario(yaml: string, path: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) throw new ConfigError(path, `not YAML: ${fault.message}`, 'Correct it.', fault);
  return checkScenario(document.toJS(), path, (field) => {
    const node = nodeAt(document.contents, field);
    return node?.range ? `line ${lines.linePos(node.range[0]).line}` : undefined;
  });
}

const STEPS = 'The steps are wait, silence, wait-for-agent, say, say-over, play, cough, dtmf and hang-up.';
const EXPECTATIONS =
  'The expectations are no-warnings, agent-replies, response-gap-ms, barge-in-ms, dead-air-ms, duration-ms, ended-by, ' +
  'outcome, agent-said and caller-heard-as.';

type FieldPath = readonly PropertyKey[];

/** Validates a scenario from any source. `whereIs` turns a field into a line, where there are lines. */
export function checkScenario(
  source: unknown,
  path: string,
  whereIs: (field: FieldPath) => string | undefined = () => undefined,
): Scenario {
  const result = Scenario.safeParse(source);
  if (result.success) return { ...result.data, directory: dirname(resolve(path)) };
  const { field, problem } = describeIssue(result.error.issues[0]!, source);
  const name = field.length === 0 ? 'the file' : writePath(field);
  const line = whereIs(field);
  const place = line === undefined ? name : `${line}, ${name}`;
  throw new ConfigError(path, `${place}: ${problem}`, field[0] === 'expect' ? EXPECTATIONS : STEPS);
}

/**
 * A union fails with the faults of each branch. The branch the author meant is the one that knows the key; without
 * one, the key itself is the fault.
 */
function describeIssue(issue: z.core.$ZodIssue, source: unknown): { field: FieldPath; problem: string } {
  if (issue.code !== 'invalid_union') return { field: issue.path, problem: lowerFirst(issue.message) };
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], source);
  const isGiven = (key: PropertyKey | undefined) =>
    key !== undefined && typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  const meant = issue.errors.find((branch) => branch.every(({ path }) => isGiven(path[0])));
  const deeper = meant?.[0];
  if (deeper) return describeIssue({ ...deeper, path: [...issue.path, ...deeper.path] }, source);
  // Deeper than a list's entry it is a value of the wrong kind.
  if (issue.path.length > 2) return { field: issue.path, problem: `cannot be ${JSON.stringify(value)}` };
  const named = typeof value === 'string' ? value : Object.keys(value ?? {}).join(', ');
  const kind = issue.path[0] === 'expect' ? 'expectation' : 'step';
  return { field: issue.path, problem: `there is no ${kind} "${named}"` };
}

function writePath(path: FieldPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}

/** The deepest node on the way to a field: a missing field is reported at what should hold it. */
function nodeAt(contents: unknown, path: FieldPath): Node | undefined {
  let node = isNode(contents) ? contents : undefined;
  for (const key of path) {
    const child: unknown = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    if (!isNode(child)) break;
    node = child;
  }
  return node;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new NotFoundError(`Scenario ${path}`, 'Give the path of a .yaml or .ts file.', cause);
  }
}

async function importDefault(path: string): Promise<unknown> {
  // Reading first tells a missing file from a file whose own imports fail.
  await readText(path);
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (cause) {
    throw new ConfigError(
      path,
      `it cannot be loaded: ${String(cause)}`,
      'Export it: export default scenario({...}).',
      cause,
    );
  }
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'iu');
    return true;
  } catch {
    return false;
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
