/** What `kav doctor --fix` does: a line of the .env file, or the webhook of a number. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Fix } from '../doctor/finding.ts';
import type { Probe } from '../doctor/probe/probe.ts';
import { setUpNumber } from '../doctor/twilio/set-up-number.ts';

export interface Mending {
  readonly envFile: string;
  readonly probe: Probe;
}

/** One line for each fix: what was done, or why not. */
export async function mend(fixes: readonly Fix[], mending: Mending): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const fix of fixes) lines.push(await mendOne(fix, mending));
  return lines;
}

async function mendOne(fix: Fix, { envFile, probe }: Mending): Promise<string> {
  if (fix.type === 'set-variable') return setVariable(envFile, fix.name, fix.value);
  const access = probe.deployment?.twilio;
  if (!access) return 'the number was not set: there is no Twilio account';
  const { done, problem } = await setUpNumber({
    access: { ...access, number: fix.number },
    webhookUrl: probe.webhookUrl,
    confirm: async () => true,
  });
  return done ? 'the number leads here now' : `the number was not set: ${problem}`;
}

/** Replaces the variable, over all the lines that it takes, or adds it. The file is replaced in one step. */
async function setVariable(envFile: string, name: string, value: string): Promise<string> {
  const before = await readFile(envFile, 'utf8').catch(() => undefined);
  if (before === undefined)
    return `${name} was not set: there is no ${envFile}; write ${name}=… where the environment is made`;
  const temporary = `${envFile}.kav`;
  await writeFile(temporary, withVariable(before, name, value), { mode: 0o600 });
  await rename(temporary, envFile);
  return `${name} is written to ${envFile}; start the server again`;
}

/** A value that begins with a quote or a brace goes on until the line that closes it. */
export function withVariable(text: string, name: string, value: string): string {
  const written = /[\s"'#]/.test(value) ? `${name}='${value.replaceAll("'", "'\\''")}'` : `${name}=${value}`;
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line));
  if (at < 0) return `${text.replace(/\n*$/, '')}\n${written}\n`.replace(/^\n/, '');
  const end = endOfValue(lines, at);
  return [...lines.slice(0, at), written, ...lines.slice(end + 1)].join('\n');
}

function endOfValue(lines: readonly string[], at: number): number {
  const first = lines[at]!.slice(lines[at]!.indexOf('=') + 1).trim();
  const quote = /^['"]/.exec(first)?.[0] ?? '';
  const isClosed = (last: number): boolean => {
    const whole = [first, ...lines.slice(at + 1, last + 1)].join('\n').trim();
    if (quote !== '') return whole.length > 1 && whole.endsWith(quote);
    return !whole.startsWith('{') || isJson(whole);
  };
  for (let last = at; last < lines.length; last++) if (isClosed(last)) return last;
  return at;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
