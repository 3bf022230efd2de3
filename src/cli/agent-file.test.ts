import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from './program.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kav-agent-'));
});
afterAll(() => rm(folder, { recursive: true }));

const LOADER = new URL('./agent-file.ts', import.meta.url).href;

/** Agent files are loaded by Node itself, so each is tried in a process of its own. */
async function load(name: string, source: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, source);
  const program = `const { loadAgent } = await import(${JSON.stringify(LOADER)}); try { console.log((await loadAgent(${JSON.stringify(file)})).name); } catch (error) { console.log(error.message); }`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    );
  });
}

describe('an agent file', () => {
  test('anywhere on the disk imports kav, and needs no build', async () => {
    const source = `import { defineAgent, type AgentDefinition } from 'kav';
      const definition: AgentDefinition = { name: 'Far away', language: 'en-US', greeting: 'Hello.', brain: 'fake', stt: 'fake', tts: 'fake' };
      export default defineAgent(definition);`;
    expect(await load('far.ts', source)).toBe('Far away');
  });

  test.each([
    [
      'unknown-field.ts',
      "{ name: 'A', language: 'en', greting: 'Hi', brain: 'fake', stt: 'fake', tts: 'fake' }",
      /greting.*greeting/s,
    ],
    [
      'bad-limit.ts',
      "{ name: 'A', language: 'en', greeting: 'Hi', brain: 'fake', stt: 'fake', tts: 'fake', limits: { maxCallMinutes: 0 } }",
      /limits\.maxCallMinutes/,
    ],
    ['no-tts.ts', "{ name: 'A', language: 'en', greeting: 'Hi', brain: 'fake', stt: 'fake' }", /tts/],
  ])('%s: the error names the file and the field', async (name, definition, field) => {
    const message = await load(name, `import { defineAgent } from 'kav'; export default defineAgent(${definition});`);
    expect(message).toContain(name);
    expect(message).toMatch(field);
  });

  test('that does not parse, or exports nothing, is named', async () => {
    expect(await load('broken.ts', 'export default {')).toMatch(/^KAV_AGENT: .*broken\.ts does not load/);
    expect(await load('empty.ts', 'export const agent = 1;')).toMatch(/has no default export/);
  });
});

describe('the command line', () => {
  const run = async (...args: string[]): Promise<number> => runCommandLine(args);

  test.each([
    [['replay', 'no-such-journal.jsonl'], 2],
    [['call', 'http://127.0.0.1:9'], 2],
    [['call', 'http://', '--say', 'hello'], 2],
    [['no-such-command'], 2],
    [['serve', '--port', 'eighty'], 2],
    [['--version'], 0],
    [['call', '--help'], 0],
  ])('kav %j exits with %i', async (args, code) => {
    expect(await run(...args)).toBe(code);
  });
});
