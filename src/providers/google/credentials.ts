import { readFileSync } from 'node:fs';
import type { v2 } from '@google-cloud/speech';
import { type ChannelCredentials, credentials as channelCredentials } from '@grpc/grpc-js';
import { JWT } from 'google-auth-library';
import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof v2.SpeechClient>[0]>;
type AuthClient = NonNullable<ClientOptions['authClient']>;

/** What the constructors of Google's gRPC clients take, as far as Kav sets it. A type, since theirs has an index. */
export type GoogleClientOptions = {
  projectId?: string;
  keyFilename?: string;
  authClient?: AuthClient;
  apiEndpoint?: string;
  port?: number;
  sslCreds?: ChannelCredentials;
  /** Retries are the business of whoever calls the adapter. */
  'grpc.enable_retries': 0;
};

export type GoogleClientOffer =
  | { readonly ok: true; readonly options: GoogleClientOptions; readonly projectId: string | undefined }
  | { readonly ok: false; readonly reason: string };

const JSON_KEY = 'GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON';
const FILE_KEY = 'GOOGLE_APPLICATION_CREDENTIALS';
const KEY_REMEDY =
  'Create a JSON key of a service account (https://cloud.google.com/iam/docs/keys-create-delete) and give all of it on one line.';

const NO_RETRIES = { 'grpc.enable_retries': 0 } as const;

interface KeyFields {
  readonly clientEmail: string | undefined;
  readonly privateKey: string | undefined;
  readonly universeDomain: string | undefined;
  readonly projectId: string | undefined;
}

/**
 * The options of a Google client from the environment. `endpoint` is a host, `host:port`, or `http://127.0.0.1:port`,
 * which is gRPC without TLS and without a token, for a server on this machine.
 * Throws `ConfigError` for a key, a file or an endpoint that is there and wrong.
 */
export function googleClientOptions(context: ProviderContext, endpoint: string | undefined): GoogleClientOffer {
  const address = parseEndpoint(context.env, endpoint);
  const account = readAccount(context.env);
  if (address.sslCreds) return withoutToken(address, account?.projectId);
  if (!account) {
    return {
      ok: false,
      reason: `Google Cloud has no key: set ${JSON_KEY} (the key as JSON) or ${FILE_KEY} (its file)`,
    };
  }
  return { ok: true, options: { ...account.options, ...address, ...NO_RETRIES }, projectId: account.projectId };
}

type Address = Pick<GoogleClientOptions, 'apiEndpoint' | 'port' | 'sslCreds'>;

/**
 * The SDK looks for an account on the machine and on the network when it is given none. It is given one that can do
 * nothing: plaintext channels carry no token, and all that is asked of it is where it belongs.
 */
function withoutToken(address: Address, projectId = 'local'): GoogleClientOffer {
  const authClient = { universeDomain: 'googleapis.com' } as AuthClient;
  return { ok: true, options: { ...address, authClient, projectId, ...NO_RETRIES }, projectId };
}

interface Account {
  readonly options: Pick<GoogleClientOptions, 'authClient' | 'keyFilename' | 'projectId'>;
  readonly projectId: string | undefined;
}

function readAccount(env: ProviderContext['env']): Account | undefined {
  const json = env[JSON_KEY]?.trim();
  if (json) return accountOfJson(json);
  const file = env[FILE_KEY]?.trim();
  return file ? accountOfFile(file) : undefined;
}

function accountOfJson(json: string): Account {
  const fields = parseKey(JSON_KEY, json, KEY_REMEDY);
  const account = serviceAccount(fields);
  if (!account) throw new ConfigError(JSON_KEY, 'it has no client_email or no private_key', KEY_REMEDY);
  return account;
}

/** A client of our own: the SDK's way of making one from a key prints a warning for every client. */
function serviceAccount({ clientEmail, privateKey, universeDomain, projectId }: KeyFields): Account | undefined {
  if (!clientEmail || !privateKey) return undefined;
  const authClient = new JWT({
    email: clientEmail,
    // Shells and .env files often keep the escape, so that a line feed arrives as a backslash and an n.
    key: privateKey.replaceAll('\\n', '\n'),
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    ...(universeDomain === undefined ? {} : { universeDomain }),
  });
  return { options: { authClient, ...(projectId === undefined ? {} : { projectId }) }, projectId };
}

/** Any kind of Google credentials, workload identity too: what is no service account the SDK reads again by itself. */
function accountOfFile(file: string): Account {
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch (error) {
    const problem = `the file ${file} cannot be read`;
    throw new ConfigError(FILE_KEY, problem, 'Give the path of a service account key in JSON.', error);
  }
  const fields = parseKey(FILE_KEY, json, 'Give the path of a service account key in JSON.');
  return serviceAccount(fields) ?? { options: { keyFilename: file }, projectId: fields.projectId };
}

/** The parser's own message quotes the text, which is a secret: it is not passed on. */
function parseKey(key: string, json: string, remedy: string): KeyFields {
  let fields: unknown;
  try {
    fields = JSON.parse(json);
  } catch {
    throw new ConfigError(key, 'it is not JSON', remedy);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new ConfigError(key, 'it is not a JSON object', remedy);
  }
  const text = (name: string): string | undefined => {
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    clientEmail: text('client_email'),
    privateKey: text('private_key'),
    universeDomain: text('universe_domain'),
    projectId: text('project_id'),
  };
}

const ENDPOINT = /^(?:(?<scheme>https?):\/\/)?(?<host>[\w.-]+|\[[\da-f:]+\])(?::(?<port>\d{1,5}))?\/?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i;

function parseEndpoint(env: ProviderContext['env'], endpoint: string | undefined): Address {
  const text = endpoint?.trim();
  if (!text) return {};
  const key = endpoint === env['GOOGLE_TTS_ENDPOINT'] ? 'GOOGLE_TTS_ENDPOINT' : 'GOOGLE_SPEECH_ENDPOINT';
  const parts = ENDPOINT.exec(text)?.groups;
  const host = parts?.['host'];
  if (!host) throw new ConfigError(key, `"${text}" is no host`, 'Give a host, or host:port.');
  const port = parts['port'] === undefined ? {} : { port: Number(parts['port']) };
  if (parts['scheme']?.toLowerCase() !== 'http') return { apiEndpoint: host, ...port };
  if (!LOOPBACK.test(host)) {
    throw new ConfigError(
      key,
      'http:// would send the call in the clear',
      'Give the host alone; http is for 127.0.0.1.',
    );
  }
  return { apiEndpoint: host, port: 80, ...port, sslCreds: channelCredentials.createInsecure() };
}
