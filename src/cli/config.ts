/** The configuration of a server: the environment, checked whole at start, with one plain line for each wrong value. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Agent } from '../call/agent.ts';
import { ConfigError } from '../core/errors.ts';
import type { RecordingKeys } from '../recording/keys.ts';
import { type PublicOrigin, parsePublicOrigin } from '../twilio/public-origin.ts';
import { type Environment, VARIABLES } from './environment.ts';

export type RawEnvironment = Readonly<Record<string, string | undefined>>;

/** Empty values count as not set. Throws `ConfigError` for the first value that is wrong. */
export function parseEnvironment(raw: RawEnvironment): Environment {
  const checked: Record<string, unknown> = {};
  for (const { name, schema, help } of VARIABLES) {
    const value = setValue(raw, name);
    const result = schema.safeParse(value);
    if (!result.success) {
      const problem = result.error.issues[0]?.message ?? 'is not valid';
      throw new ConfigError(name, problem, help);
    }
    checked[name] = result.data;
  }
  return checked as Environment;
}

function setValue(raw: RawEnvironment, name: string): string | undefined {
  const value = raw[name] ?? (name === 'EOU_MS' ? raw['EoU_MS'] : undefined);
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** The configured public origin, first that is set; undefined leaves it to the request. */
export function publicOriginOf(environment: Environment): PublicOrigin | undefined {
  for (const name of ['PUBLIC_BASE_URL', 'PUBLIC_HOST'] as const) {
    const value = environment[name];
    if (value === undefined) continue;
    const parsed = parsePublicOrigin(value);
    if (!parsed.ok) throw new ConfigError(name, parsed.problem, 'Give a host such as voice.example.com.');
    return parsed.origin;
  }
  return undefined;
}

/** The keys that an agent's recordings are locked with; undefined for an agent that does not record. */
export function recordingKeysFor(
  { name, recording }: Pick<Agent, 'name' | 'recording'>,
  { KAV_RECORDING_KEY: keys }: Pick<Environment, 'KAV_RECORDING_KEY'>,
): RecordingKeys | undefined {
  if (recording === undefined) return undefined;
  if (keys) return keys;
  throw new ConfigError(
    'KAV_RECORDING_KEY',
    `is not set, and ${name} records its calls`,
    'Make a key with `openssl rand -base64 32` and keep a copy elsewhere, or leave `recording` out of the agent.',
  );
}

const TOKEN_FILE = 'auth-token';

/**
 * The tokens that sign Twilio's requests. Without an account there is a random one per data directory, so that
 * signatures are always checked: the simulator on this machine reads it from there, the outside cannot.
 */
export async function authTokensOf(environment: Environment): Promise<readonly string[]> {
  const configured = environment.TWILIO_AUTH_TOKEN?.split(',').map((token) => token.trim());
  if (configured) return configured.filter((token) => token !== '');
  return [await localAuthToken(environment.KAV_DATA_DIR)];
}

/** Reads the data directory's own token, and makes it first if there is none. */
export async function localAuthToken(dataDir: string): Promise<string> {
  const file = path.join(dataDir, TOKEN_FILE);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const token = randomBytes(16).toString('hex');
  // `wx` lets the first of two starting processes win; both then read the same file.
  await writeFile(file, token, { flag: 'wx', mode: 0o600 }).catch(ignoreExisting);
  return (await readFile(file, 'utf8')).trim();
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
