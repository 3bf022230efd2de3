/** Codes of an authenticator app: RFC 6238 (SHA-1, six digits, 30 s), the only kind that all apps know. */
import { createHmac, randomBytes, randomInt } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
/** A phone's clock may be wrong by so many steps. */
const DRIFT_STEPS = 1;
const SECRET_BYTES = 20;

/** RFC 4648. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newTotpSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES));
}

/** What a QR code holds: https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpUri(secret: string, account: string): string {
  const label = `${encodeURIComponent('Kav')}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=Kav&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}

export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const at = mac[mac.length - 1]! & 0xf;
  const number = mac.readUInt32BE(at) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

export function totpStepAt(unixMs: number): number {
  return Math.floor(unixMs / STEP_MS);
}

/** The step of a code that is good about now; undefined for any other. Whether it was used is another question. */
export function findTotpStep(secret: string, code: string, unixMs: number): number | undefined {
  const now = totpStepAt(unixMs);
  const steps = Array.from({ length: 2 * DRIFT_STEPS + 1 }, (_, i) => now - DRIFT_STEPS + i);
  return steps.findLast((step) => totpCode(secret, step) === code);
}

const RECOVERY_CODES = 10;
/** Without letters and digits that look alike. */
const RECOVERY_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `h4kt-…`, four times four characters: 79 random bits, so that a plain hash is enough. */
export function newRecoveryCodes(): readonly string[] {
  const group = (): string =>
    Array.from({ length: 4 }, () => RECOVERY_LETTERS[randomInt(RECOVERY_LETTERS.length)]).join('');
  return Array.from({ length: RECOVERY_CODES }, () => [group(), group(), group(), group()].join('-'));
}

/** As it was shown, however it is typed. */
export function plainRecoveryCode(code: string): string {
  return code.toLowerCase().replaceAll('-', '');
}

export function isTotpCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}

function toBase32(bytes: Buffer): string {
  let [text, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += BASE32[(held >>> (bits - 5)) & 31];
      bits -= 5;
      held &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text) {
    held = (held << 5) | BASE32.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bytes.push((held >>> (bits - 8)) & 255);
    bits -= 8;
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
