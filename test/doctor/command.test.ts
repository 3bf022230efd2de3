/** The command itself: what it prints, and what it tells the shell. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { CHECKS } from '../../src/doctor/checks/all.ts';
import { openSample, TOKEN, xml } from './sample-server.ts';

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => vi.restoreAllMocks());

const doctor = (url: string, ...flags: readonly string[]): Promise<number> =>
  runCommandLine(['doctor', url, '--webhook', '/voice', '--token', TOKEN, ...flags]);

test('GO is 0, and the first word', async () => {
  await using sample = await openSample({ twiml: () => xml('<Response><Say>We are closed.</Say></Response>') });
  expect(await doctor(sample.url)).toBe(0);
  expect(printed.join('\n')).toMatch(/^GO {2}http:\/\/127\.0\.0\.1:\d+\/ /);
});

test('NO-GO is 1, and the failure with its code and remedy comes first', async () => {
  await using sample = await openSample({
    routes: { '/voice': () => ({ status: 500, type: 'text/plain', body: 'Oops' }) },
  });
  expect(await doctor(sample.url)).toBe(1);
  const [headline, , trouble] = printed.join('\n').split('\n');
  expect(headline).toMatch(/^NO-GO /);
  expect(trouble).toBe('✗ webhook     The webhook answers 500 [11200]');
});

test('--json is the report and nothing else', async () => {
  await using sample = await openSample({ routes: { '/voice': () => ({ status: 204 }) } });
  expect(await doctor(sample.url, '--json')).toBe(1);
  const report = JSON.parse(printed.join('\n'));
  expect(report.go).toBe(false);
  expect(report.checks.find(({ name }: { name: string }) => name === 'webhook').findings[0]).toMatchObject({
    verdict: 'fail',
    code: 12100,
    remedy: expect.any(String),
  });
});

test('--fix says when nothing can be mended from here', async () => {
  await using sample = await openSample({ twiml: () => xml('<Response><Hangup/></Response>') });
  expect(await doctor(sample.url, '--fix')).toBe(0);
  expect(printed.at(-1)).toBe('fix: there is nothing that can be mended from here');
});

test.each([
  ['no URL', ['ftp://x']],
  ['no path', ['http://127.0.0.1:1', '--webhook', 'voice']],
  ['no method', ['http://127.0.0.1:1', '--method', 'PUT']],
  ['no flag', ['http://127.0.0.1:1', '--frobnicate']],
])('wrong usage is 2: %s', async (_name, flags) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await runCommandLine(['doctor', ...flags])).toBe(2);
});

test.each([
  ['a number that is none', ['050-1234567'], 'E.164'],
  ['nothing that can be set up', [], 'number'],
])('kav setup with %s is wrong usage', async (_name, rest, _message) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await runCommandLine(['setup', rest.length > 0 ? 'number' : 'spaceship', ...rest, '+1'])).toBe(2);
});

test('every check has its line in docs/doctor.md', () => {
  const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n## ', 1)[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([a-z]+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(CHECKS.map(({ name }) => name).sort());
});
