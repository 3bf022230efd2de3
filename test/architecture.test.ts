/** The folders form a line: a file may import only from its own folder or from one of a lower rank, types included. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const RANK: Readonly<Record<string, number>> = {
  core: 0,
  audio: 0,
  text: 0,
  endpointing: 0,
  twilio: 1,
  providers: 1,
  recording: 1,
  observe: 1,
  store: 1,
  vad: 1,
  ledger: 1,
  'endpointing-model': 1,
  call: 2,
  jobs: 2,
  server: 3,
  tuning: 3,
  nodes: 3,
  live: 3,
  why: 3,
  simulator: 3,
  doctor: 4,
  api: 4,
  cli: 5,
  'index.ts': 5,
};
const PURE = new Set(['core', 'audio', 'text', 'endpointing']);
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
const IMPURE =
  /\b(?:Date\.now|new Date|Math\.random|setTimeout|setInterval|setImmediate|performance\.|process\.|crypto\.|fetch\()/;
/** The process and its surroundings belong to the composition root. */
const AMBIENT = /\bprocess\.(?:env|argv|exit|cwd|stdin)\b/;

const root = new URL('../src', import.meta.url).pathname;
const folderOf = (file: string): string => path.relative(root, file).split(path.sep)[0]!;
const files = globSync(`${root}/**/*.ts`).filter(
  (file) => !/\.(?:test|fixture)\.ts$/.test(file) && !file.includes('/conformance/'),
);

describe('architecture', () => {
  test.each(files.map((file) => [path.relative(root, file), file] as const))('%s', (_name, file) => {
    const text = readFileSync(file, 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
    const from = folderOf(file);
    expect(RANK, 'every folder has a rank').toHaveProperty([from]);
    for (const [, stated, bare, dynamic] of code.matchAll(IMPORT)) {
      const target = (stated ?? bare ?? dynamic)!;
      if (!target.startsWith('.')) {
        expect(PURE.has(from), `${from} is pure, yet it imports ${target}`).toBe(false);
        continue;
      }
      const to = folderOf(path.join(path.dirname(file), target));
      if (target.endsWith('package.json')) continue;
      expect(to === from || RANK[to]! < RANK[from]!, `${from} → ${to} goes up or sideways (${target})`).toBe(true);
    }
    if (PURE.has(from)) expect(code).not.toMatch(IMPURE);
    if (from !== 'cli') expect(code).not.toMatch(AMBIENT);
  });

  test('files stay small enough to read', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 400);
    expect(long.map((file) => path.relative(root, file))).toEqual([]);
  });

  test('no import ring inside a folder', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file)]));
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file))
        throw new Error(`ring: ${[...trail, file].map((f) => path.relative(root, f)).join(' → ')}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});

/** Imports of values and of types alike: a ring of types is still two files that cannot be read apart. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(IMPORT)].flatMap(([, stated, bare]) => {
    const target = stated ?? bare;
    return target?.startsWith('.') ? [path.join(path.dirname(file), target)] : [];
  });
}
