import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPrices } from './prices.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kav-prices-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(text: string): Promise<string> {
  const file = path.join(folder, 'prices.yaml');
  await writeFile(file, text);
  return file;
}

test('without a file there are no prices', async () => {
  expect(await loadPrices(undefined)).toBeUndefined();
});

test('the example of the documentation is read', async () => {
  const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(await loadPrices(await fileOf(example))).toMatchObject({ currency: 'USD', stt: { google: {} } });
});

test.each([
  ['currency: dollars', 'currency: must be three capital letters'],
  ['currency: USD\nstt: { google: { perHour: 1 } }', 'stt.google'],
  ['currency: USD\ncarrier: { perMinute: -1 }', 'carrier.perMinute'],
  ['{ "currency"', 'neither YAML nor JSON'],
  ['', 'the file'],
])('%j is refused, and what is wrong is named', async (text, problem) => {
  await expect(loadPrices(await fileOf(text))).rejects.toThrow(problem);
});

test('a file that is not there is refused', async () => {
  await expect(loadPrices(path.join(folder, 'none.yaml'))).rejects.toThrow('cannot be read');
});
