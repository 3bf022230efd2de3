/** The documentation says what the code does. `npx vitest run test/docs -u` writes the generated pages anew. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { API_PROBLEMS } from '../../src/api/contract/problems.ts';
import { VARIABLES } from '../../src/cli/environment.ts';
import { createProgram } from '../../src/cli/program.ts';
import { renderCli, renderEnvironment, replaceSection } from './render.ts';
import { renderApi } from './render-api.ts';
import { renderStateDiagram } from './state-diagram.ts';

const root = new URL('../../', import.meta.url).pathname;
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');
const sources = globSync(`${root}src/**/*.ts`).filter((file) => !file.endsWith('.test.ts'));

describe('generated pages', () => {
  test('docs/environment.md', async () => {
    await expect(renderEnvironment()).toMatchFileSnapshot('../../docs/environment.md');
  });

  test('docs/cli.md', async () => {
    await expect(renderCli()).toMatchFileSnapshot('../../docs/cli.md');
  });

  test('docs/api.md', async () => {
    await expect(renderApi(read('test/docs/api-intro.md'))).toMatchFileSnapshot('../../docs/api.md');
  });

  test('the state diagram in ARCHITECTURE.md', async () => {
    const page = replaceSection(read('ARCHITECTURE.md'), 'states', renderStateDiagram());
    await expect(page).toMatchFileSnapshot('../../ARCHITECTURE.md');
  });
});

describe('nothing is undocumented, and nothing documented is gone', () => {
  test('every variable that the code reads is in the table', () => {
    const known = new Set<string>([...VARIABLES.map(({ name }) => name), 'EoU_MS']);
    const readBySource = sources.flatMap((file) => variablesReadBy(readFileSync(file, 'utf8')));
    expect(readBySource.filter((name) => !known.has(name))).toEqual([]);
  });

  test('every error code has a heading in docs/errors.md, and the other way round', () => {
    const headings = [...read('docs/errors.md').matchAll(/^## `([a-z-]+)`$/gm)].map(([, code]) => code!);
    const codes = new Set(sources.flatMap((file) => errorCodesOf(readFileSync(file, 'utf8'))));
    expect([...codes].sort()).toEqual([...headings].sort());
  });

  test('every code of the API is in its table, and the other way round', () => {
    const files = sources.filter(
      (file) => (file.includes('/src/api/') && !file.includes('.fixture.')) || file.endsWith('/server/console-gate.ts'),
    );
    const codes = new Set(files.flatMap((file) => apiCodesOf(readFileSync(file, 'utf8'))));
    expect([...codes].sort()).toEqual(Object.keys(API_PROBLEMS).sort());
  });

  test('every runtime dependency is argued in docs/dependencies.md', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json'));
    const page = read('docs/dependencies.md');
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('the README names only commands and scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const commands = new Set(createProgram(() => {}).commands.map((command) => command.name()));
    const readme = read('README.md');
    for (const [, script] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
    for (const [, command] of readme.matchAll(/npm run kav -- ([a-z]+)/g)) expect(commands).toContain(command);
  });

  test('relative links lead somewhere', () => {
    for (const page of globSync(`${root}{README,ARCHITECTURE,docs/**/*}.md`)) {
      const folder = page.slice(0, page.lastIndexOf('/') + 1);
      for (const [, target] of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        expect(() => readFileSync(folder + target), `${page} → ${target}`).not.toThrow(/ENOENT/);
      }
    }
  });
});

/** Codes are literals: in the constructors of our errors, and in the details of a `ProviderError` and a `StoreError`. */
function errorCodesOf(source: string): string[] {
  const raised = /new (?:PeerProtocolError|ForbiddenError|LedgerError)\(\s*'([a-z-]+)'/g;
  const fixed = /super\('([a-z-]+)'/g;
  const own = /readonly code = '([a-z-]+)'/g;
  const detailed = /readonly code: ((?:\s*\|?\s*'(?:provider|store)-[a-z]+')+)/g;
  return [
    ...[raised, fixed, own].flatMap((pattern) => [...source.matchAll(pattern)].map(([, code]) => code!)),
    ...[...source.matchAll(detailed)].flatMap(([, codes]) => codes!.match(/(?:provider|store)-[a-z]+/g) ?? []),
  ];
}

/** Literals too: in an `ApiRefusal`, and in what is refused without one. */
function apiCodesOf(source: string): string[] {
  const raised = /new ApiRefusal\(\s*\d+,\s*'([a-z-]+)'/g;
  const stated = /\bcode: '([a-z-]+)'/g;
  const tabled = source.includes('MESSAGES: Readonly<Record<') ? /^ {2}'?([a-z-]+)'?: '[A-Z]/gm : /(?!)/g;
  return [raised, stated, tabled].flatMap((pattern) => [...source.matchAll(pattern)].map(([, code]) => code!));
}

/** Names in `env.NAME`, `env['NAME']`, and `env[KEY]` where the file says what KEY is. */
function variablesReadBy(source: string): readonly string[] {
  const constants = new Map([...source.matchAll(/^const ([A-Z_]+) = '([A-Z0-9_]+)';$/gm)].map(([, k, v]) => [k!, v!]));
  const names = source.matchAll(/\benv\[?\.?'?([A-Z][A-Z0-9_]{3,})'?\]?/g);
  return [...names].map(([, name]) => constants.get(name!) ?? name!);
}
