/**
 * The forms Twilio posts, read strictly once their signature is checked. Twilio's signature has no separators: a
 * captured form can be cut into other fields and keeps its signature. So identifiers have a shape, a name occurs once,
 * and a value that holds another field of Twilio's inside it is refused.
 * Sources: https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/voice/twiml/stream
 */
import { z } from 'zod';

export type FormResult<Form> =
  | { readonly ok: true; readonly form: Form }
  /** `problem` names the field and never holds its value. */
  | { readonly ok: false; readonly problem: string };

const HIDDEN_FIELD = /(?:AccountSidAC|CallSidCA)[0-9a-fA-F]{32}|Direction(?:inbound|outbound)|(?:From|To)\+\d/;

const sid = (prefix: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-f]{32}$`, 'i'));
const text = (maxLength: number) => z.string().max(maxLength);
/** Twilio's fixed words. Field names start with a capital, so a word cannot have swallowed one. */
const word = z.string().regex(/^[a-z][a-z-]{0,39}$/);
const accountSid = sid('AC');
const callSid = sid('CA');
/** Anything (`anonymous`, a SIP address, a name), but what begins as a number is one to its end. */
const caller = z.string().regex(/^(?:\+\d{1,20}|(?!\+\d).{0,320})$/su);
/** A number that was called, or `sip:…`, `client:…`. */
const called = z.string().regex(/^(?:\+?[0-9*#]{1,32}|[a-z]{2,10}:[^\s]{1,300})?$/i);

const voiceForm = z
  .object({
    AccountSid: accountSid,
    CallSid: callSid,
    CallStatus: word,
    Direction: word,
    From: caller,
    To: called,
    CallerName: text(320).optional(),
    ForwardedFrom: text(320).optional(),
    ParentCallSid: callSid.optional(),
    StirVerstat: text(64).optional(),
  })
  .transform((form) => ({
    accountSid: form.AccountSid,
    callSid: form.CallSid,
    callStatus: form.CallStatus,
    direction: form.Direction,
    from: form.From,
    to: form.To,
    callerName: form.CallerName,
    forwardedFrom: form.ForwardedFrom,
    parentCallSid: form.ParentCallSid,
    stirVerstat: form.StirVerstat,
  }));

const streamStatusForm = z
  .object({
    AccountSid: accountSid,
    CallSid: callSid,
    StreamSid: sid('MZ'),
    StreamEvent: z.enum(['stream-started', 'stream-stopped', 'stream-error']),
    StreamName: text(256).optional(),
    StreamError: text(1000).optional(),
    // Not documented, but read by others in the field.
    StreamErrorCode: z
      .string()
      .regex(/^\d{5}$/)
      .optional(),
    Timestamp: text(64).optional(),
  })
  .transform((form) => ({
    accountSid: form.AccountSid,
    callSid: form.CallSid,
    streamSid: form.StreamSid,
    event: form.StreamEvent,
    streamName: form.StreamName,
    error: form.StreamError,
    errorCode: form.StreamErrorCode === undefined ? undefined : Number(form.StreamErrorCode),
    timestamp: form.Timestamp,
  }));

// Which fields `<Stream>` adds to the request of `<Connect action>` is not documented, and why the stream ended is not
// among them.
const streamEndedForm = z
  .object({ AccountSid: accountSid, CallSid: callSid, CallStatus: word })
  .transform((form) => ({ accountSid: form.AccountSid, callSid: form.CallSid, callStatus: form.CallStatus }));

const recordingForm = z
  .object({
    AccountSid: accountSid,
    CallSid: callSid,
    RecordingSid: sid('RE'),
    RecordingStatus: z.enum(['in-progress', 'completed', 'absent', 'failed']),
    RecordingUrl: z
      .string()
      .max(2048)
      .regex(/^(?:https?:\/\/[^\s@]+)?$/)
      .optional(),
    RecordingDuration: z
      .string()
      .regex(/^-?\d{1,7}$/)
      .optional(),
    RecordingChannels: z
      .string()
      .regex(/^[12]$/)
      .optional(),
    RecordingStartTime: text(64).optional(),
    RecordingSource: z
      .string()
      .regex(/^[A-Za-z]{1,64}$/)
      .optional(),
    RecordingTrack: word.optional(),
    ErrorCode: z
      .string()
      .regex(/^\d{1,6}$/)
      .optional(),
  })
  .transform((form) => ({
    accountSid: form.AccountSid,
    callSid: form.CallSid,
    recordingSid: form.RecordingSid,
    status: form.RecordingStatus,
    /** Undefined when there is nothing to fetch. Its host is not checked: the fetcher must, before it sends a password. */
    url: form.RecordingUrl || undefined,
    durationSec: readDuration(form.RecordingDuration),
    channels: form.RecordingChannels === undefined ? undefined : Number(form.RecordingChannels),
    /** As Twilio wrote it; both ISO 8601 and RFC 2822 occur. */
    startTime: form.RecordingStartTime,
    source: form.RecordingSource,
    track: form.RecordingTrack,
    errorCode: form.ErrorCode === undefined ? undefined : Number(form.ErrorCode),
  }));

export type VoiceForm = Readonly<z.infer<typeof voiceForm>>;
export type StreamStatusForm = Readonly<z.infer<typeof streamStatusForm>>;
export type StreamEndedForm = Readonly<z.infer<typeof streamEndedForm>>;
export type RecordingForm = Readonly<z.infer<typeof recordingForm>>;

/** `POST /webhook/incoming_call`. */
export function parseVoiceForm(body: unknown): FormResult<VoiceForm> {
  return parseForm(voiceForm, body);
}

/** `POST /webhook/stream_status`. */
export function parseStreamStatusForm(body: unknown): FormResult<StreamStatusForm> {
  return parseForm(streamStatusForm, body);
}

/** `POST /webhook/stream_ended`. */
export function parseStreamEndedForm(body: unknown): FormResult<StreamEndedForm> {
  return parseForm(streamEndedForm, body);
}

/** `POST /webhook/recording_done`. */
export function parseRecordingForm(body: unknown): FormResult<RecordingForm> {
  return parseForm(recordingForm, body);
}

function parseForm<Form>(schema: z.ZodType<Form>, body: unknown): FormResult<Form> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { ok: false, problem: 'no form' };
  // Own fields only: what a prototype might lend is no field of the form.
  const fields = new Map<string, unknown>(Object.entries(body));
  const result = schema.safeParse(Object.fromEntries(fields));
  if (!result.success) return { ok: false, problem: describe(String(result.error.issues[0]?.path[0]), fields) };
  for (const [name, value] of fields) {
    if (typeof value === 'string' && HIDDEN_FIELD.test(value)) {
      return { ok: false, problem: `${name.slice(0, 64)} holds another field` };
    }
  }
  return { ok: true, form: result.data };
}

function describe(name: string, fields: ReadonlyMap<string, unknown>): string {
  const value = fields.get(name);
  if (value === undefined) return `${name} is missing`;
  if (Array.isArray(value)) return `${name} is there more than once`;
  return `${name} has an unexpected shape`;
}

function readDuration(digits: string | undefined): number | undefined {
  const seconds = Number(digits ?? -1);
  return seconds < 0 ? undefined : seconds;
}
