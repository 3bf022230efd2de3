import type { Finding } from './finding.ts';

const NUMBER = /(?<![\w.])\+?\d{9,15}(?![\w.])/g;
/** Keys, signatures and tokens: long, and of letters and digits mixed. Identifiers of Twilio keep their kind; the names of hosts stay. */
const KEY = /\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{22,}(?![A-Za-z0-9_-])(?!\.[a-z])/g;
const SID = /\b(AC|CA|MZ|RE|PN)[0-9a-f]{32}\b/g;
const SECRET_VALUE = /\b(value|token|password|secret|key)="[^"]*"/gi;

/** Takes the given secrets, and whatever looks like a key or a telephone number, out of everything that is shown. */
export function redactFinding(finding: Finding, secrets: readonly string[]): Finding {
  const { title, seen, why, remedy } = finding;
  const clean = (text: string): string => redact(text, secrets);
  return {
    ...finding,
    title: clean(title),
    ...(seen === undefined ? {} : { seen: clean(seen) }),
    ...(why === undefined ? {} : { why: clean(why) }),
    ...(remedy === undefined ? {} : { remedy: clean(remedy) }),
  };
}

export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '***');
  return clean
    .replace(SID, '$1…')
    .replace(SECRET_VALUE, '$1="***"')
    .replace(KEY, '***')
    .replace(NUMBER, (number) => `${number.slice(0, number.startsWith('+') ? 4 : 3)}…`);
}
