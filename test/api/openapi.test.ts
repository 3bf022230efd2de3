/** `/api/openapi.json` is valid OpenAPI 3.1, and tells of the same routes as the table. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { API_ROUTES } from '../../src/api/contract/contract.ts';
import type { ApiRoute } from '../../src/api/contract/route.ts';
import { createOpenApiHandler, renderOpenApi } from '../../src/api/frame/openapi.ts';
import { Browser, openTestApi } from './open-api.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document without types
const document = renderOpenApi('9.8.7') as any;

test('is valid', async () => {
  const { errors, valid } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test('has every route, its parameters, its role and whether keys may', () => {
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    // biome-ignore lint/suspicious/noExplicitAny: a document without types
    Object.entries(methods as any).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
  const routes = Object.entries(API_ROUTES) as [string, ApiRoute][];
  expect(found).toHaveLength(routes.length);
  // biome-ignore lint/suspicious/noExplicitAny: a document without types
  const operations = new Map<string, any>(found);
  for (const [name, { body, keys, method, params, path, query, role }] of routes) {
    const operation = operations.get(`${method} ${path}`);
    expect(operation.operationId).toBe(name);
    expect(operation['x-kav-role']).toBe(role === 'anonymous' ? undefined : role);
    expect(operation.security.some((scheme: object) => 'key' in scheme)).toBe(keys === true);
    expect(operation.parameters.map((parameter: { name: string }) => parameter.name)).toEqual([
      ...Object.keys(params?.shape ?? {}),
      ...Object.keys(query?.shape ?? {}),
    ]);
    expect(operation.requestBody !== undefined).toBe(body !== undefined);
    for (const { name: parameter, required } of operation.parameters) {
      if (path.includes(`{${parameter}}`)) expect(required).toBe(true);
    }
  }
});

test('says which fields of a query are needed and which have a default', () => {
  const byName = (name: string) =>
    document.paths['/calls'].get.parameters.find((parameter: { name: string }) => parameter.name === name);
  expect(byName('limit')).toMatchObject({ in: 'query', required: false, schema: { default: 50, maximum: 200 } });
  expect(byName('outcome').schema.enum).toEqual(['completed', 'abandoned', 'none']);
  expect(document.paths['/calls/{callSid}/actions'].post.requestBody.content['application/json'].schema).toMatchObject({
    type: 'object',
    required: ['actionId', 'action'],
  });
});

test('is served to everybody', async () => {
  await using api = await openTestApi({
    identity: { ofSession: async () => undefined, ofKey: async () => undefined },
    handlers: createOpenApiHandler('9.8.7'),
  });
  const { body, headers, status } = await new Browser(api).get('/openapi.json');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(body).toEqual(JSON.parse(JSON.stringify(document)));
});
