import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hangUpAt, recordCall, spoken } from '../tuning/recorded-call.fixture.ts';
import { runCommandLine } from './program.ts';

describe('kav tune', () => {
  let folder: string;
  let printed: string[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kav-tune-'));
    printed = [];
    const print = (text: unknown) => void printed.push(String(text));
    vi.spyOn(console, 'log').mockImplementation(print);
    vi.spyOn(console, 'error').mockImplementation(print);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  const tune = (...args: readonly string[]) => runCommandLine(['tune', ...args]);
  async function keep(name: string, ...told: Parameters<typeof recordCall>): Promise<string> {
    const { head, entries } = recordCall(...told);
    const file = path.join(folder, `${name}.jsonl`);
    await writeFile(file, `${[head, ...entries].map((line) => JSON.stringify(line)).join('\n')}\n`);
    return file;
  }
  const hesitant = [
    ...spoken(1_000, 2_000, 'I would like'),
    ...spoken(2_600, 3_600, 'a table please'),
    hangUpAt(8_000),
  ];

  test('a table of what each change buys and costs, and that it is too little to decide', async () => {
    await keep('CA1', hesitant, { settings: { endpointing: 'fixed', endpointingMs: 800 } });
    expect(await tune(folder, '--set', 'EOU_MS=250,bargeInMs=200')).toBe(0);
    const [text = ''] = printed;
    expect(text).toMatch(/^1 call, 1 turn of/);
    expect(text).toMatch(/(\d+) of \1 decisions come out as they happened/);
    expect(text).toMatch(/^as it was +1 +900 +900 +0 /m);
    expect(text).toMatch(/^EOU_MS=250 bargeInMs=200 +1 .* 1 \(\+1\)/m);
    expect(text).toContain('1 turn is too few to decide by');
    expect(text).toContain('Open loop');
  });

  test('as JSON, with each call by its own settings', async () => {
    await keep('CA1', hesitant, { settings: { endpointingMs: 300 } });
    await keep('CA2', hesitant);
    const file = await keep('CA3', hesitant);
    expect(await tune(folder, file, '--json')).toBe(0);
    const report = JSON.parse(printed[0]!);
    expect(report).toMatchObject({ schema: 'kav-tune/1', calls: 3, settings: { EOU_MS: 450 }, asItWas: { turns: 3 } });
    expect(report.remarks).toEqual([expect.stringContaining('1 call had other settings')]);
    expect(report.rows.map(({ name }: { readonly name: string }) => name)).toContain('EOU_MS=400');
  });

  test('in a folder may be anything; a named file must be a journal', async () => {
    const file = await keep('CA1', hesitant);
    await appendFile(file, '{"event":{"type":"mark"'); // as a crash leaves it
    await writeFile(path.join(folder, 'notes.jsonl'), 'hello\n');
    await writeFile(path.join(folder, 'empty.jsonl'), '');
    await writeFile(path.join(folder, 'half.jsonl'), `${(await readFile(file, 'utf8')).split('\n')[0]}\nnull\n`);
    expect(await tune(folder)).toBe(0);
    expect(printed[0]).toContain('passed over: 3 files');
    expect(await tune(path.join(folder, 'notes.jsonl'))).toBe(2);
  });

  test('without a turn the answer is no', async () => {
    await keep('CA1', [hangUpAt(3_000)]);
    expect(await tune(folder)).toBe(1);
  });

  test.each([[['--set', 'EOU_MS=1']], [['--set', 'NOISE=1']], [['no-such-folder']]])(
    '%j is said and ends with 2',
    async (args) => {
      expect(await tune(...args)).toBe(2);
      expect(printed[0]).toMatch(/^kav: /);
    },
  );

  test('a folder without a journal is said', async () => {
    expect(await tune(folder)).toBe(2);
    expect(printed[0]).toContain('not found');
  });
});
