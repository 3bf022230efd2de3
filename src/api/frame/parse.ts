/** What comes from outside is parsed once, by the shapes of the route. */
import { z } from 'zod';
import type { ApiRoute } from '../contract/route.ts';
import { ApiRefusal } from '../handler.ts';

export interface Shapes {
  params(input: unknown): unknown;
  query(input: unknown): unknown;
  body(input: unknown): unknown;
  /** What the contract does not name never leaves. */
  answer(output: unknown): unknown;
}

/** Throws `ApiRefusal` with the fields that are wrong. */
export function createShapes({ answer, body, params, query }: ApiRoute): Shapes {
  return {
    params: parser(strict(params ?? z.object({})), 'params'),
    query: parser(strict(query ?? z.object({})), 'query'),
    body: body === undefined || body === 'csv' ? (input) => input : parser(strict(body), 'body'),
    answer: answer instanceof z.ZodType ? (output) => answer.parse(output) : (output) => output,
  };
}

/** A key that nobody knows is a slip of the client's, or a try to set what is not its to set. */
function strict(shape: z.ZodType): z.ZodType {
  return shape instanceof z.ZodObject ? shape.strict() : shape;
}

function parser(shape: z.ZodType, part: 'params' | 'query' | 'body'): (input: unknown) => unknown {
  return (input) => {
    const result = shape.safeParse(input ?? {});
    if (result.success) return result.data;
    throw new ApiRefusal(400, 'invalid', `The ${part} of this request are not what the route takes.`, {
      ...Object.fromEntries(result.error.issues.flatMap(fieldsOf).slice(0, MOST_FIELDS)),
    });
  };
}

const MOST_FIELDS = 20;

function fieldsOf(issue: z.core.$ZodIssue): [string, string][] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => [[...path, key].join('.').slice(0, 100), 'is not known here']);
  }
  return [[path.join('.') || '(whole)', issue.message]];
}
