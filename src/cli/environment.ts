/** Every environment variable that Kav reads, in one table: `docs/environment.md` is made from it. */
import { z } from 'zod';
import { WEBHOOK_SECRET } from '../jobs/crm/signature.ts';
import type { VendorVariable } from '../providers/contracts.ts';
import { VENDORS } from '../providers/registry.ts';
import { parseRecordingKeys } from '../recording/keys.ts';

interface Variable {
  readonly name: string;
  /** As a person would write it; empty when there is none. */
  readonly fallback: string;
  readonly help: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
}

const text = z.string().optional();
const port = z.string().default('8080').transform(Number).pipe(z.int('must be a whole number').min(0).max(65_535));
const url = z.url({ protocol: /^https?$/, error: 'must begin with https:// or http://' }).optional();
const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket: small letters, digits, dots and hyphens')
  .optional();
const crmSecrets = z
  .string()
  .transform((value) => value.split(',').map((secret) => secret.trim()))
  .refine((secrets) => secrets.every((secret) => WEBHOOK_SECRET.test(secret)), {
    error: 'must be whsec_ and the base64 of 24 to 64 random bytes, as `openssl rand -base64 32` prints it',
  })
  .optional();
const flag = z
  .enum(['true', 'false', '1', '0', 'on', 'off', 'yes', 'no'], { error: 'must be true or false' })
  .transform((value) => ['true', '1', 'on', 'yes'].includes(value));

function whole(fallback: number, min: number, max: number) {
  const range = `must be a whole number from ${min} to ${max}`;
  return z.string().default(String(fallback)).transform(Number).pipe(z.int(range).min(min, range).max(max, range));
}

const limit = z.string().transform(Number).pipe(z.int('must be a whole number').min(1, 'must be 1 or more')).optional();

function isJson(value: string): boolean {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}

const oneLineJson = z
  .string()
  .refine((value) => !value.includes('\n') || isJson(value), 'is broken over several lines; put all of it on one line')
  .refine(isJson, 'is not JSON; copy the whole key file onto one line')
  .optional();

const recordingKeys = z
  .string()
  .transform((value, context) => {
    const parsed = parseRecordingKeys(value);
    if (parsed.ok) return parsed.keys;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  })
  .optional();

const VENDOR_SCHEMAS: Readonly<Record<VendorVariable['kind'], Variable['schema']>> = {
  text,
  secret: text,
  url,
  json: oneLineJson,
};

/** The order is the reader's: what a first deployment needs, then what it may tune. */
const OWN_VARIABLES = [
  { name: 'PORT', fallback: '8080', help: 'TCP port of the server; 0 takes a free one.', schema: port },
  { name: 'HOST', fallback: '0.0.0.0', help: 'Address the server listens on.', schema: z.string().default('0.0.0.0') },
  {
    name: 'PUBLIC_BASE_URL',
    fallback: '',
    help: 'The origin that Twilio uses, with its scheme: `https://voice.example.com`.',
    schema: url,
  },
  {
    name: 'PUBLIC_HOST',
    fallback: '',
    help: 'The same without a scheme (`voice.example.com`); used when PUBLIC_BASE_URL is not set.',
    schema: text,
  },
  {
    name: 'TRUSTED_PROXIES',
    fallback: 'loopback',
    help: 'Proxies whose X-Forwarded-* headers are believed: addresses, CIDR ranges or `loopback`, with commas.',
    schema: z.string().default('loopback'),
  },
  { name: 'DEPLOY_ID', fallback: '', help: 'Shown by `/version`, to see which deployment answers.', schema: text },
  {
    name: 'TWILIO_ACCOUNT_SID',
    fallback: '',
    help: 'Your account. When set, calls of any other account are refused.',
    schema: z
      .string()
      .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
      .optional(),
  },
  {
    name: 'TWILIO_AUTH_TOKEN',
    fallback: 'a random one, kept in KAV_DATA_DIR',
    help: 'Checks every signature. Two tokens with a comma between them are both good, for a rotation.',
    schema: text,
  },
  {
    name: 'KAV_AGENT',
    fallback: 'agents/front-desk.ts',
    help: 'The agent that answers: a TypeScript file of yours.',
    schema: text,
  },
  {
    name: 'KAV_STT',
    fallback: "the agent's",
    help: 'The recogniser, for any agent: a provider, or several with commas.',
    schema: text,
  },
  {
    name: 'KAV_BRAIN',
    fallback: "the agent's",
    help: 'The brain, for any agent. `flow` takes the flow in the agent file.',
    schema: text,
  },
  { name: 'KAV_TTS', fallback: "the agent's", help: 'The voice, for any agent.', schema: text },
  {
    name: 'KAV_DATA_DIR',
    fallback: '.kav',
    help: 'Where journals, recordings, speech that is spoken once and the generated auth token are kept.',
    schema: z.string().default('.kav'),
  },
  {
    name: 'KAV_TENANT',
    fallback: 'default',
    help: 'Whose calls these are, where several customers share a database. A process serves one tenant.',
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be small letters, digits and hyphens')
      .default('default'),
  },
  {
    name: 'KAV_NODE',
    fallback: 'the name of the machine',
    help: 'The name of this process among those that share a database. No two may have the same.',
    schema: z
      .string()
      .regex(/^[\w.-]{1,100}$/, 'must be letters, digits, dots and hyphens')
      .optional(),
  },
  {
    name: 'KAV_RECORDING_KEY',
    fallback: '',
    help: 'Locks recordings: 32 random bytes (`openssl rand -base64 32`). `new:KEY,old:KEY`: the first locks, all open.',
    schema: recordingKeys,
  },
  {
    name: 'KAV_MAX_CALLS',
    fallback: '500',
    help: 'Calls of one node at the same time; one more hears a line.',
    schema: whole(500, 1, 100_000),
  },
  {
    name: 'KAV_SAY_ONLY',
    fallback: 'false',
    help: 'Incoming calls hear one sentence and no agent: proves the webhook before the stream. `kav serve --say-only`.',
    schema: flag.default(false),
  },
  {
    name: 'KAV_DRAIN_SECONDS',
    fallback: '3600',
    help: 'After SIGTERM the running calls may go on for so long; then another node takes them, or they are ended.',
    schema: whole(3_600, 0, 14_400),
  },
  {
    name: 'KAV_MAX_CALLS_TENANT',
    fallback: '1000000',
    help: 'The same for all calls of one KAV_TENANT, on all nodes that share a database.',
    schema: limit,
  },
  {
    name: 'KAV_MAX_CALLS_TOTAL',
    fallback: '1000000',
    help: 'The same for all nodes that share a database, whatever their tenants.',
    schema: limit,
  },
  {
    name: 'KAV_PRICES',
    fallback: '',
    help: 'A YAML or JSON file with what carrier and vendors bill you; without it no costs are told. See docs/metrics.md.',
    schema: text,
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: '',
    help: 'Where spans of calls, turns, providers and tools are sent by OTLP over HTTP; without it none are made.',
    schema: url,
  },
  {
    name: 'EOU_MS',
    fallback: '450',
    help: "Silence in ms that ends the caller's turn, where the words do not tell. `EoU_MS` is accepted too.",
    schema: whole(450, 100, 5_000),
  },
  {
    name: 'KAV_ENDPOINTING',
    fallback: 'rules',
    help: '`rules`: the silence is shorter after complete words, longer after unfinished ones. `fixed`: always EOU_MS.',
    schema: z.enum(['rules', 'fixed'], { error: 'must be rules or fixed' }).default('rules'),
  },
  {
    name: 'KAV_ENDPOINTING_MODEL',
    fallback: '',
    help: 'Folder of a smart-turn v3 model, or its .onnx file: it hears each pause, beside the rules. Needs onnxruntime-node.',
    schema: text,
  },
  {
    name: 'BARGE_IN',
    fallback: 'true',
    help: 'Whether the caller may interrupt the agent.',
    schema: flag.default(true),
  },
  {
    name: 'BARGE_IN_MS',
    fallback: '160',
    help: 'Speech over the agent, in ms, at which it falls silent to listen.',
    schema: whole(160, 20, 2_000),
  },
  {
    name: 'BARGE_IN_CERTAIN_MS',
    fallback: '1100',
    help: 'Speech over the agent, in ms, that interrupts it even before a word is understood.',
    schema: whole(1_100, 100, 5_000),
  },
  {
    name: 'RESUME_AFTER_MS',
    fallback: '900',
    help: 'Silence in ms after speech over the agent, in which no words came, before the agent goes on.',
    schema: whole(900, 100, 5_000),
  },
  {
    name: 'LONG_TURN_SEC',
    fallback: '90',
    help: 'A caller who talks longer without an end is cut in on politely; 0: never.',
    schema: whole(90, 0, 3_600),
  },
  {
    name: 'NO_PERSON_SEC',
    fallback: '60',
    help: 'Sound without words for so long is asked whether a person is there, and so are machines that speak; 0: never.',
    schema: whole(60, 0, 3_600),
  },
  {
    name: 'KAV_VAD',
    fallback: 'silero',
    help: '`silero`: a small network that knows voices from noise. `rms`: by level alone.',
    schema: z.enum(['silero', 'rms'], { error: 'must be silero or rms' }).default('silero'),
  },
  {
    name: 'VAD_RMS',
    fallback: '210',
    help: 'The level below which nothing is speech, on the 16-bit scale (210 is −44 dBov).',
    schema: whole(210, 1, 32_767),
  },
  {
    name: 'DEDUP_WINDOW_SEC',
    fallback: '8',
    help: 'The same transcript within so many seconds, without the caller having spoken again, is answered once.',
    schema: whole(8, 0, 600),
  },
  {
    name: 'SPECULATIVE_REPLY',
    fallback: 'true',
    help: "Whether a model begins its answer before the caller's turn is surely over; the answer is dropped if it is not.",
    schema: flag.default(true),
  },
  {
    name: 'PLAYOUT_LEAD_MS',
    fallback: '200',
    help: 'Audio sent ahead of time, so that a stalled process is not heard.',
    schema: whole(200, 40, 400),
  },
  {
    name: 'LOG_LEVEL',
    fallback: 'info',
    help: '`debug`, `info`, `warn`, `error` or `silent`.',
    schema: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' })
      .default('info'),
  },
  {
    name: 'LOG_FORMAT',
    fallback: '`pretty` on a terminal, else `json`',
    help: '`json`: one object per line. `pretty`: one line for a person.',
    schema: z.enum(['json', 'pretty'], { error: 'must be json or pretty' }).optional(),
  },
  {
    name: 'LOG_PII',
    fallback: 'false',
    help: 'Whether logs may hold what callers say and their numbers, under `pii`.',
    schema: flag.default(false),
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    help: 'PostgreSQL 15 or newer. Without it the database is embedded, in KAV_DATA_DIR, for one process.',
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must begin with postgres:// or postgresql://' }).optional(),
  },
  {
    name: 'KAV_S3_ENDPOINT',
    fallback: '',
    help: 'Keeps recordings in a bucket instead of KAV_DATA_DIR: `https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`.',
    schema: url,
  },
  { name: 'KAV_S3_BUCKET', fallback: '', help: 'The bucket, which must exist.', schema: bucket },
  {
    name: 'KAV_S3_REGION',
    fallback: 'us-east-1',
    help: 'The region of the bucket.',
    schema: text.default('us-east-1'),
  },
  { name: 'KAV_S3_ACCESS_KEY_ID', fallback: '', help: 'The key for the bucket.', schema: text },
  { name: 'KAV_S3_SECRET_ACCESS_KEY', fallback: '', help: 'Its secret.', schema: text },
  {
    name: 'KAV_CRM_URL',
    fallback: '',
    help: 'Where your CRM takes events of calls, leads, appointments and recordings; see docs/jobs.md.',
    schema: url,
  },
  {
    name: 'KAV_CRM_SECRET',
    fallback: '',
    help: 'Signs them: `whsec_` and the base64 of 24 to 64 random bytes. Two with a comma are both used, for a rotation.',
    schema: crmSecrets,
  },
  {
    name: 'KAV_RETENTION_RECORDINGS_DAYS',
    fallback: '30',
    help: 'How long recordings are kept, for tenants without days of their own; 0 keeps them for ever.',
    schema: whole(30, 0, 36_500),
  },
  {
    name: 'KAV_RETENTION_TRANSCRIPTS_DAYS',
    fallback: '0',
    help: 'How long the words of calls are kept, journals included; 0 keeps them for ever.',
    schema: whole(0, 0, 36_500),
  },
  {
    name: 'KAV_ERASURE_KEY',
    fallback: 'a random one, kept in KAV_DATA_DIR',
    help: 'Names erased people in reports without their number. Several machines need the same: 16 characters or more.',
    schema: z.string().min(16, 'must have 16 characters or more').optional(),
  },
] as const satisfies readonly Variable[];

/** Kav's own first, then what the vendors' adapters read: those are checked here and handed on as they are. */
export const VARIABLES: readonly Variable[] = [
  ...OWN_VARIABLES,
  ...VENDORS.flatMap(({ variables }) => variables).map(({ name, help, kind, fallback = '' }) => ({
    name,
    help,
    fallback,
    schema: VENDOR_SCHEMAS[kind],
  })),
];

type Name = (typeof OWN_VARIABLES)[number]['name'];
type Of<N extends Name> = Extract<(typeof OWN_VARIABLES)[number], { name: N }>['schema'];

/** Kav's own part of the environment after its check: every value has its type. */
export type Environment = { readonly [N in Name]: z.output<Of<N>> };
