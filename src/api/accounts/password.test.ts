import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { createPasswords } from './password.ts';

const CHEAP = { memoryKib: 8, passes: 1, parallelism: 1 };

describe('passwords', () => {
  test('are right, or not; whoever has none has none that is right', async () => {
    const passwords = createPasswords(CHEAP);
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(hash).not.toBe(await passwords.hash('correct horse'));
    expect(await passwords.isRight('correct horse', hash)).toBe(true);
    expect(await passwords.isRight('correct horsE', hash)).toBe(false);
    for (const none of [null, undefined, '', 'none', '$argon2id$v=19$m=8,t=1,p=1$$']) {
      expect(await passwords.isRight('correct horse', none)).toBe(false);
    }
  });

  test('are the same however a keyboard composes their letters', async () => {
    const passwords = createPasswords(CHEAP);
    expect(await passwords.isRight('caf\u0065\u0301 au lait', await passwords.hash('café au lait'))).toBe(true);
  });

  test('an old hash is checked at its own cost', async () => {
    const hash = await createPasswords({ memoryKib: 16, passes: 2, parallelism: 1 }).hash('correct horse');
    expect(await createPasswords(CHEAP).isRight('correct horse', hash)).toBe(true);
  });

  test('the default cost is what OWASP asks for', async () => {
    expect(await createPasswords().hash('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('more than can be waited for are sent away', async () => {
    const passwords = createPasswords(CHEAP);
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(20);
    expect(refused[0]).toMatchObject({ reason: { status: 503, code: 'busy' } });
    await expect(passwords.hash('x')).resolves.toContain('argon2id');
  });

  test('are worked on beside this thread', async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const [started, busy] = [performance.now(), performance.eventLoopUtilization()];
    await Promise.all(Array.from({ length: 5 }, () => createPasswords().hash('correct horse')));
    const { active } = performance.eventLoopUtilization(busy);
    delay.disable();
    expect(active).toBeLessThan((performance.now() - started) / 2);
  });
});
