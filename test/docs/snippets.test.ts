/** Code in the guides stands word for word in a file that is tested. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, 'utf8');

describe.each([
  ['docs/agents.md', 'agents/*.ts'],
  ['docs/providers.md', 'src/providers/azure/*.ts'],
])('%s', (page, sources) => {
  const files = globSync(root + sources).map((file) => readFileSync(file, 'utf8'));
  const snippets = [...read(page).matchAll(/^```ts\n(.*?)^```$/gmsu)].map((match) => match[1]!);

  test('shows code', () => {
    expect(snippets.length).toBeGreaterThan(2);
  });

  test.each(snippets)('this snippet is in the code:\n%s', (snippet) => {
    expect(files.some((file) => file.includes(snippet))).toBe(true);
  });
});
