/** `/api/openapi.json`: the route table as OpenAPI 3.1, whose shapes are JSON Schema 2020-12, as zod writes them. */
import { z } from 'zod';
import { API_ROUTES } from '../contract/contract.ts';
import type { ApiRoute } from '../contract/route.ts';
import type { Handlers } from '../handler.ts';

type Json = Readonly<Record<string, unknown>>;

export function createOpenApiHandler(version: string): Handlers<'openapi'> {
  let text: string | undefined;
  return {
    openapi: async () => {
      text ??= JSON.stringify(renderOpenApi(version));
      return { name: 'openapi.json', body: text };
    },
  };
}

export function renderOpenApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(API_ROUTES)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kav',
      version,
      description: 'The API of the console. docs/api.md tells how to log in, and the codes.',
    },
    servers: [{ url: '/api' }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: 'Refused; `code` says why.',
          content: jsonOf({ $ref: '#/components/schemas/Problem' }),
        },
      },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-kav',
          description: 'From login. Whatever changes something also needs the header `X-Kav-Csrf`.',
        },
        key: { type: 'http', scheme: 'bearer', description: 'An API key, `kav_…`.' },
      },
    },
  };
}

const PROBLEM: Json = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'For programs.' },
    message: { type: 'string', description: 'For people.' },
    fields: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Which fields are wrong, and why.',
    },
  },
};

function operationOf(name: string, route: ApiRoute): Json {
  const security = [{ session: [] }, ...(route.keys ? [{ key: [] }] : [])];
  const body = bodyOf(route);
  return {
    operationId: name,
    summary: route.summary,
    ...(route.role === 'anonymous' ? { security: [] } : { security, 'x-kav-role': route.role }),
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: { ...answersOf(route), default: { $ref: '#/components/responses/Problem' } },
  };
}

function bodyOf({ body }: ApiRoute): Json | undefined {
  if (body === undefined) return undefined;
  return body === 'csv'
    ? { 'text/csv': { schema: { type: 'string' } } }
    : jsonOf(schemaOf(body instanceof z.ZodObject ? body.strict() : body, 'input'));
}

function answersOf({ answer }: ApiRoute): Json {
  if (answer === 'socket') return { 101: { description: 'The WebSocket is open.' } };
  if (answer instanceof z.ZodType)
    return { 200: { description: 'Done.', content: jsonOf(schemaOf(answer, 'output')) } };
  return { 200: { description: 'The file.', content: { [answer.file]: {} } } };
}

function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query'): readonly Json[] {
  return Object.entries(shape?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !(schema as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, '~standard': _standard, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' }) as Json;
  return schema;
}

const jsonOf = (schema: Json): Json => ({ 'application/json': { schema } });
