/**
 * What a server may send on a media stream, read as strictly as Twilio does: three messages, and nothing in them but
 * their own fields. Twilio drops a faulty message and warns once per stream, so the fault is named here in full.
 */
export type ServerMessage =
  | { readonly type: 'media'; readonly audio: Uint8Array }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'clear' };

/** `kind` is the same for the same mistake, whatever the values. */
export interface MessageFault {
  readonly type: 'fault';
  readonly kind: string;
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function readServerMessage(text: string, streamSid: string): ServerMessage | MessageFault {
  const message = parseObject(text);
  if (message === undefined) return fault('not-json', `the message is not a JSON object: ${excerpt(text)}`);
  switch (message['event']) {
    case 'media':
      return checkFields(message, streamSid, 'media', 'payload') ?? readMedia(message['media'] as Fields);
    case 'mark':
      return checkFields(message, streamSid, 'mark', 'name') ?? readMark(message['mark'] as Fields);
    case 'clear':
      return checkFields(message, streamSid) ?? { type: 'clear' };
    case undefined:
      return fault('no-event', `the message has no "event": ${excerpt(text)}`);
    default:
      return fault('unknown-event', `"event" is ${JSON.stringify(message['event'])}, not media, mark or clear`);
  }
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `body` names the inner object and `field` its only field. */
function checkFields(message: Fields, streamSid: string, body?: string, field?: string): MessageFault | undefined {
  const event = String(message['event']);
  for (const key in message) {
    if (key !== 'event' && key !== 'streamSid' && key !== body) return extra(event, key);
  }
  if (message['streamSid'] === undefined) {
    return fault(`${event}-no-stream-sid`, `a ${event} message has no "streamSid" (spelled so, at the top level)`);
  }
  if (message['streamSid'] !== streamSid) {
    const given = JSON.stringify(message['streamSid']);
    return fault(`${event}-wrong-stream-sid`, `a ${event} message names stream ${given}; this stream is ${streamSid}`);
  }
  if (body === undefined || field === undefined) return undefined;
  const inner = message[body];
  if (!isObject(inner)) return fault(`${event}-no-${body}`, `a ${event} message has no object "${body}"`);
  for (const key in inner) if (key !== field) return extra(event, `${body}.${key}`);
  if (typeof inner[field] === 'string') return undefined;
  return fault(`${event}-no-${field}`, `a ${event} message has no string "${body}.${field}"`);
}

function readMedia({ payload }: Fields): ServerMessage | MessageFault {
  const base64 = payload as string;
  const audio = Buffer.from(base64, 'base64');
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  // Buffer skips what is not base64, so the length tells whether anything was.
  if (base64.length % 4 === 0 && audio.length === (base64.length / 4) * 3 - padding) return { type: 'media', audio };
  return fault('media-not-base64', 'the payload of a media message is not padded base64');
}

function readMark({ name }: Fields): ServerMessage {
  return { type: 'mark', name: name as string };
}

function extra(event: string, field: string): MessageFault {
  return fault(`${event}-extra-${field}`, `a ${event} message has the extra field "${field}"; Twilio takes no others`);
}

function fault(kind: string, message: string): MessageFault {
  return { type: 'fault', kind, message };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
