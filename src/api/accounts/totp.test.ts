import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  findTotpStep,
  isTotpCode,
  newRecoveryCodes,
  newTotpSecret,
  plainRecoveryCode,
  totpCode,
  totpUri,
} from './totp.ts';

/** The secret of RFC 6238 appendix B, `12345678901234567890`, in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Its last six digits: the appendix shows eight. */
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at %i s the code is %s (RFC 6238 appendix B)', (seconds, code) => {
  expect(totpCode(SECRET, Math.floor(seconds / 30))).toBe(code);
  expect(findTotpStep(SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

test('a clock may be half a minute wrong, and no more', () => {
  const code = totpCode(SECRET, 1_000);
  for (const step of [999, 1_000, 1_001]) expect(findTotpStep(SECRET, code, step * 30_000)).toBe(1_000);
  for (const step of [998, 1_002]) expect(findTotpStep(SECRET, code, step * 30_000)).toBeUndefined();
});

test('secrets are 160 random bits that any app can read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (step) => {
      const secret = newTotpSecret();
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      expect(totpCode(secret, step)).toMatch(/^\d{6}$/);
    }),
    { numRuns: 50 },
  );
  expect(totpUri(SECRET, 'a b@example.com')).toBe(
    `otpauth://totp/Kav:a%20b%40example.com?secret=${SECRET}&issuer=Kav&algorithm=SHA1&digits=6&period=30`,
  );
});

test('recovery codes differ, are told from codes of an app, and survive being typed', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect(isTotpCode(plainRecoveryCode(code))).toBe(false);
    expect(plainRecoveryCode(code.toUpperCase())).toBe(code.replaceAll('-', ''));
  }
  expect(isTotpCode('012345')).toBe(true);
});
