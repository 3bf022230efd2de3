import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const agents = readdirSync(new URL('agents/', root)).map((name) => read(`agents/${name}`));
const snippets = [...read('docs/agents.md').matchAll(/^```ts\n(.*?)^```$/gmsu)].map((match) => match[1]!);

test('the guide to agents shows code', () => {
  expect(snippets.length).toBeGreaterThan(4);
});

test.each(snippets)('this snippet of docs/agents.md stands word for word in an agent:\n%s', (snippet) => {
  expect(agents.some((agent) => agent.includes(snippet))).toBe(true);
});
