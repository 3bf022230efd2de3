import { expect, test } from 'vitest';
import { createServerAddress } from '../simulator/carrier/server-address.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { explainTwilioError } from '../twilio/error-codes.ts';
import type { Check } from './check.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { Probe } from './probe/probe.ts';
import { redact } from './redact.ts';
import { renderDoctor } from './render.ts';
import { runChecks } from './runner.ts';

const clock = new VirtualClock();
const probe = new Probe({
  clock,
  deployment: undefined,
  target: {
    address: createServerAddress('https://voice.example.com'),
    webhookPath: '/voice',
    method: 'POST',
    authToken: 'the-token-of-the-account',
    accountSid: undefined,
    from: '+15551230001',
    to: '+15551230000',
    recordingPath: undefined,
    garbage: true,
    idleMs: undefined,
  },
});

function check(name: string, run: Check['run'] | readonly Finding[], rest: Partial<Check> = {}): Check {
  const asked: Check['run'] = typeof run === 'function' ? run : async () => run;
  return { name, area: 'reach', title: `Is ${name} right?`, needs: [], budgetMs: 1_000, run: asked, ...rest };
}

test('what needs a failed check is not tried, and the first cause is named', async () => {
  const report = await runChecks(
    [
      check('a', [fail('broken', { code: 11205 })]),
      check('b', [ok('never')], { needs: ['a'] }),
      check('c', [ok('never')], { needs: ['b'] }),
      check('d', [warn('odd', {})]),
      check('e', [ok('fine')], { needs: ['d'] }),
      check('f', []),
      check('g', [ok('fine')], { needs: ['f'] }),
      check('h', [skipped('unknown', 'nothing to see')]),
      check('i', [ok('never')], { needs: ['h'] }),
    ],
    probe,
  );
  expect(report.go).toBe(false);
  expect(report.checks.map(({ blockedBy }) => blockedBy)).toEqual([
    ...[undefined, 'a', 'a', undefined, undefined],
    ...[undefined, undefined, undefined, 'h'],
  ]);
  const text = renderDoctor(report, { color: false });
  expect(text.split('\n')[0]).toMatch(/^NO-GO {2}https:\/\/voice\.example\.com\/ {2}\(1 failure, 1 warning; /);
  expect(text).toContain('✗ a           broken [11205]');
  expect(text).toContain('– not tried   because of a: b, c');
});

test('what would disturb the timing of others waits for them, whatever they found', async () => {
  const order: string[] = [];
  const noted = (name: string, finding: Finding, rest: Partial<Check> = {}): Check =>
    check(
      name,
      async () => {
        order.push(name);
        return [finding];
      },
      rest,
    );
  const loud = noted('loud', ok('done'), { after: ['quiet'] });
  const report = await runChecks([loud, noted('quiet', fail('broken', {}))], probe);
  expect(order).toEqual(['quiet', 'loud']);
  expect(report.checks[0]?.blockedBy).toBeUndefined();
});

test('a check that never ends fails at its budget, and one that throws is a failure of its own', async () => {
  const running = runChecks(
    [
      check('slow', () => new Promise(() => {})),
      check('bug', () => Promise.reject(new TypeError('x is not a function'))),
    ],
    probe,
  );
  await Promise.resolve();
  await clock.advance(1_001);
  const { checks } = await running;
  expect(checks.map(({ findings }) => findings[0])).toMatchObject([
    { verdict: 'fail', title: 'No result in time' },
    { verdict: 'fail', title: 'The check itself failed', seen: 'TypeError: x is not a function' },
  ]);
});

test('a finding with a code has the meaning and the remedy of its page, unless it says more', () => {
  const { meaning, remedy } = explainTwilioError(31920)!;
  expect(fail('x', { code: 31920 })).toMatchObject({ why: meaning, remedy });
  expect(fail('x', { code: 31920, remedy: 'Mine.' }).remedy).toBe('Mine.');
});

test.each([
  ['token the-token-of-the-account here', 'token *** here'],
  ['call from +972501234567', 'call from +972…'],
  ['<Parameter name="a" value="b"/>', '<Parameter name="a" value="***"/>'],
  ['sig RSOYDt4T1cUTdK1PDd93VVr8B8abc', 'sig ***'],
  ['wss://a1b2-2001-db8-7f3a-9c01.ngrok-free.app/ws', 'wss://a1b2-2001-db8-7f3a-9c01.ngrok-free.app/ws'],
  [`account AC${'0'.repeat(32)}`, 'account AC…'],
  ['64000 bytes in 15003 ms', '64000 bytes in 15003 ms'],
  ['wss://voice.example.com/ws/twilio-media', 'wss://voice.example.com/ws/twilio-media'],
])('%j is shown as %j', (text, shown) => {
  expect(redact(text, probe.secrets)).toBe(shown);
});
