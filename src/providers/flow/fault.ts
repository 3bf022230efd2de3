import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import { isUninterruptible, type Line } from '../../text/line.ts';

/** Separates the problem from the remedy inside one message of a schema. */
const SEPARATOR = '\n';

/** A schema's message that says what is wrong and what to do about it. */
export function fault(problem: string, remedy: string): string {
  return `${problem}${SEPARATOR}${remedy}`;
}

/** An object schema that refuses keys it does not know, and guesses which one was meant. */
export function strictShape<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return fault('must be an object', `It may have ${known.join(', ')}.`);
      const key = String((issue['keys'] as readonly string[] | undefined)?.[0]);
      return fault(`unknown key "${key}"`, didYouMean(key, known));
    },
  });
}

/** A required or optional text that says something. */
export function textShape(remedy: string) {
  return z
    .string({ error: (issue) => fault(missingOr(issue.input, 'a text'), remedy) })
    .refine((text) => text.trim() !== '', {
      error: fault('is empty', remedy),
    });
}

/** A text as above, or `uninterruptible('…')` around one. */
export function lineShape(remedy: string) {
  return z.custom<unknown>().transform((value, context): Line => {
    const text = isUninterruptible(value) ? value.uninterruptible : value;
    const result = textShape(remedy).safeParse(text);
    if (result.success) return isUninterruptible(value) ? { uninterruptible: result.data } : result.data;
    context.addIssue({ code: 'custom', message: result.error.issues[0]!.message });
    return z.NEVER;
  });
}

export function missingOr(input: unknown, wanted: string): string {
  return input === undefined ? 'is missing' : `must be ${wanted}, not ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`;
}

/** The error for the operator, for the first fault that the schema found. */
export function configError(error: z.ZodError, source: string): ConfigError {
  const issue = deepest(error.issues[0]!);
  const [problem, remedy] = issue.message.split(SEPARATOR);
  const path = pathOf(issue.path);
  return new ConfigError(path === '' ? source : `${source}: ${path}`, problem!, remedy ?? 'Please correct it.');
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** In a union, the branch that got furthest is the one that the author meant. */
function deepest(issue: z.core.$ZodIssue): Issue {
  if (issue.code !== 'invalid_union' || issue.message.includes(SEPARATOR)) return issue;
  const inner = issue.errors.flatMap((branch) => branch.slice(0, 1).map(deepest));
  const furthest = inner.sort((a, b) => b.path.length - a.path.length)[0];
  return furthest ? { path: [...issue.path, ...furthest.path], message: furthest.message } : issue;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** "Did you mean …?", or the list when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known
    .map((each) => ({ each, distance: editDistance(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near && near.distance <= Math.max(2, Math.floor(word.length / 3))) return `Did you mean "${near.each}"?`;
  return `Known are: ${known.join(', ')}.`;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
