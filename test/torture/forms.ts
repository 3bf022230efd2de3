/** Twilio's forms, spoilt in every way that keeps their signature: seeded, from small sets of calls. */
import {
  createCallFields,
  createRecordingFields,
  createStreamFields,
  type StreamEvent,
} from '../../src/simulator/carrier/call-fields.ts';
import { createRandom, type Random } from '../../src/simulator/random.ts';

export type Fields = Readonly<Record<string, string | readonly string[]>>;

export interface SpoiltForm {
  readonly method: 'POST' | 'GET';
  readonly path: string;
  readonly fields: Fields;
}

/** Calls of a tenant that must not be touched; see `victimSid`. */
const VICTIMS = 50;
const CALLS = 500;
const MOST_REPEATED = 200;

const hex = (n: number): string => n.toString(16).padStart(32, '0');
export const victimSid = (n: number): string => `CA${'f'.repeat(24)}${hex(n).slice(-8)}`;
export const VICTIM_ACCOUNT = `AC${'f'.repeat(32)}`;
const ACCOUNT = `AC${'a'.repeat(32)}`;
const AT = new Date('2026-01-01T00:00:00Z');

const EVENTS: readonly StreamEvent[] = ['stream-started', 'stream-stopped', 'stream-error'];
const STATUSES = ['ringing', 'in-progress', 'completed'] as const;

const STRANGE = [
  '',
  ' ',
  '\0',
  '\r\nX-Injected: 1',
  'null',
  '-1',
  '1e309',
  '{{7*7}}',
  "'; drop table calls; --",
  '<Hangup/>',
  '../../etc/passwd',
  'שלום, קו',
  '\u202e\u200f\ufeff',
  '\ud800',
  '😀'.repeat(50),
  'http://169.254.169.254/latest/meta-data',
  'https://user:secret@127.0.0.1:1/x',
  'file:///etc/passwd',
];

type Change = (fields: Record<string, string | readonly string[]>, random: Random) => void;

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;
const nameIn = (fields: object, random: Random): string => pick(Object.keys(fields), random) ?? 'CallSid';

const CHANGES: readonly Change[] = [
  function drop(fields, random) {
    delete fields[nameIn(fields, random)];
  },
  function double(fields, random) {
    const name = nameIn(fields, random);
    fields[name] = [fields[name] ?? '', pick(STRANGE, random)].flat();
  },
  function swap(fields, random) {
    const [a, b] = [nameIn(fields, random), nameIn(fields, random)];
    const [first, second] = [fields[a] ?? '', fields[b] ?? ''];
    fields[a] = second;
    fields[b] = first;
  },
  function swell(fields, random) {
    fields[nameIn(fields, random)] = pick(['x', 'ש', '0', '%'], random).repeat(Math.floor(random() * 40_000));
  },
  function disfigure(fields, random) {
    fields[nameIn(fields, random)] = pick(STRANGE, random);
  },
  function graft(fields, random) {
    const name = nameIn(fields, random);
    fields[name] = `${[fields[name] ?? ''].flat()[0]}${pick(STRANGE, random)}`;
  },
  function foreignAccount(fields) {
    fields['AccountSid'] = VICTIM_ACCOUNT;
  },
  function foreignCall(fields, random) {
    fields['CallSid'] = victimSid(Math.floor(random() * VICTIMS));
  },
  function foreignBoth(fields, random) {
    fields['AccountSid'] = VICTIM_ACCOUNT;
    fields['CallSid'] = victimSid(Math.floor(random() * VICTIMS));
  },
  function nameTheTenant(fields) {
    fields['tenant'] = 'victim';
    fields['Tenant'] = 'victim';
  },
  function prototype(fields) {
    // Assigned, it would be lost: it must be a field of its own.
    const value = { value: 'polluted', enumerable: true, configurable: true, writable: true };
    Object.defineProperty(fields, '__proto__', value);
    fields['constructor'] = 'polluted';
  },
  function manyMore(fields, random) {
    for (let i = Math.floor(random() * 300); i > 0; i--) fields[`Extra${i}`] = String(i);
  },
  function url(fields, random) {
    fields['RecordingUrl'] = pick(STRANGE, random);
  },
  function letterCase(fields, random) {
    const name = nameIn(fields, random);
    fields[random() < 0.5 ? name.toLowerCase() : name.toUpperCase()] = fields[name] ?? '';
  },
];

/** Without an end; the same for the same seed. One in ten is as it should be, one in ten comes again. */
export function* spoiltForms(seed: number): Generator<SpoiltForm> {
  const random = createRandom(seed);
  const sent: SpoiltForm[] = [];
  for (;;) {
    const form = random() < 0.1 && sent.length > 0 ? pick(sent, random) : spoil(wholeForm(random), random);
    if (sent.length < MOST_REPEATED) sent.push(form);
    else sent[Math.floor(random() * MOST_REPEATED)] = form;
    yield form;
  }
}

function spoil({ fields, ...form }: SpoiltForm, random: Random): SpoiltForm {
  const spoilt = { ...fields };
  if (random() < 0.1) return { ...form, fields: spoilt };
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) pick(CHANGES, random)(spoilt, random);
  return { ...form, fields: spoilt };
}

function wholeForm(random: Random): SpoiltForm {
  const n = Math.floor(random() * CALLS);
  const call = { callSid: `CA${hex(n)}`, accountSid: ACCOUNT, from: `+1555${1_000_000 + n}`, to: '+15551230000' };
  const path = pick(PATHS, random);
  switch (path) {
    case '/webhook/incoming_call':
      return { method: 'POST', path, fields: createCallFields(call, 'ringing') };
    case '/webhook/incoming_call_preview':
      return { method: 'GET', path, fields: { CallSid: call.callSid } };
    case '/webhook/stream_ended':
      return { method: 'POST', path, fields: createCallFields(call, pick(STATUSES, random)) };
    case '/webhook/stream_status': {
      const stream = { sid: `MZ${hex(n)}`, name: 'x', event: pick(EVENTS, random), at: AT, errorCode: 31921 };
      return { method: 'POST', path, fields: createStreamFields(call, stream) };
    }
    case '/webhook/recording_done': {
      const fields = createRecordingFields(call, `RE${hex(n)}`, { durationMs: 1_000 * n, at: AT });
      return { method: 'POST', path, fields };
    }
  }
}

export const PATHS = [
  '/webhook/incoming_call',
  '/webhook/incoming_call_preview',
  '/webhook/stream_status',
  '/webhook/stream_ended',
  '/webhook/recording_done',
] as const;
