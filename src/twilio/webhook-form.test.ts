import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signForm } from './signature.ts';
import { parseRecordingForm, parseStreamEndedForm, parseStreamStatusForm, parseVoiceForm } from './webhook-form.ts';

const hex = '0123456789abcdef0123456789abcdef';
const AccountSid = `AC${hex}`;
const CallSid = `CA${hex}`;

const voice = {
  AccountSid,
  ApiVersion: '2010-04-01',
  CallSid,
  CallStatus: 'ringing',
  Called: '+97231234567',
  Caller: '+972541234567',
  Direction: 'inbound',
  From: '+972541234567',
  FromCity: '',
  To: '+97231234567',
  ToCountry: 'IL',
};

const status = {
  AccountSid,
  CallSid,
  StreamSid: `MZ${hex}`,
  StreamEvent: 'stream-error',
  StreamError: 'Stream - Websocket - Protocol Error',
  Timestamp: '2026-07-19T18:43:14.579278468Z',
};

const recording = {
  AccountSid,
  CallSid,
  RecordingSid: `RE${hex}`,
  RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${AccountSid}/Recordings/RE${hex}`,
  RecordingStatus: 'completed',
  RecordingDuration: '42',
  RecordingChannels: '2',
  RecordingStartTime: 'Thu, 16 Jul 2026 10:00:00 +0000',
  RecordingSource: 'StartCallRecordingAPI',
  RecordingTrack: 'both',
};

test('a voice form is read, and what nobody knows is dropped', () => {
  expect(parseVoiceForm({ ...voice, CallerName: 'לאה', NewField: 'x', AnotherNew: ['a', 'b'] })).toEqual({
    ok: true,
    form: {
      accountSid: AccountSid,
      callSid: CallSid,
      callStatus: 'ringing',
      direction: 'inbound',
      from: '+972541234567',
      to: '+97231234567',
      callerName: 'לאה',
      forwardedFrom: undefined,
      parentCallSid: undefined,
      stirVerstat: undefined,
    },
  });
});

test.each([
  'anonymous',
  '',
  'unknown',
  'sip:alice@example.com;transport=tls',
  'client:alice',
  '📞 <Bob> & "co"',
  '+266696687',
])('a caller may be %j', (From) => {
  const result = parseVoiceForm({ ...voice, From, CallerName: From });
  expect(result).toMatchObject({ ok: true, form: { from: From, callerName: From } });
});

test.each([
  [{ CallSid: undefined }, 'CallSid is missing'],
  [{ CallSid: 'CA123' }, 'CallSid has an unexpected shape'],
  [{ CallSid: `${CallSid}\n` }, 'CallSid has an unexpected shape'],
  [{ CallSid: `../${CallSid}` }, 'CallSid has an unexpected shape'],
  [{ CallSid: [CallSid, CallSid] }, 'CallSid is there more than once'],
  [{ CallSid: { $ne: '' } }, 'CallSid has an unexpected shape'],
  [{ AccountSid: CallSid }, 'AccountSid has an unexpected shape'],
  [{ To: ['+1', '+2'] }, 'To is there more than once'],
  [{ To: undefined, 'To[]': '+1' }, 'To is missing'],
  [{ To: 972 }, 'To has an unexpected shape'],
  [{ To: '+972 anything' }, 'To has an unexpected shape'],
  [{ From: undefined }, 'From is missing'],
  [{ From: 'x'.repeat(321) }, 'From has an unexpected shape'],
  [{ From: '+972541234567FromCity' }, 'From has an unexpected shape'],
  [{ CallerName: 'x'.repeat(321) }, 'CallerName has an unexpected shape'],
  [{ CallStatus: 'ringing CallToken' }, 'CallStatus has an unexpected shape'],
  [{ Direction: 'inboundFrom+1' }, 'Direction has an unexpected shape'],
  [{ ParentCallSid: 'x' }, 'ParentCallSid has an unexpected shape'],
])('a voice form with %j is refused: %s', (changes, problem) => {
  expect(parseVoiceForm({ ...voice, ...changes })).toEqual({ ok: false, problem });
});

test('what is no form at all is refused by each parser', () => {
  for (const parse of [parseVoiceForm, parseStreamStatusForm, parseStreamEndedForm, parseRecordingForm]) {
    for (const body of [undefined, null, '', 'a=b', 7, [], [voice]]) {
      expect(parse(body)).toEqual({ ok: false, problem: 'no form' });
    }
    expect(parse(Object.create(null)).ok).toBe(false);
    expect(parse(Object.create({ ...voice, ...status, ...recording })).ok).toBe(false);
    fc.assert(fc.property(fc.anything(), (body) => typeof parse(body).ok === 'boolean'));
  }
});

test('a problem names the field and not its value', () => {
  const result = parseVoiceForm({ ...voice, To: 'secret words' });
  expect(JSON.stringify(result)).not.toContain('secret');
});

test('a stream status form is read', () => {
  expect(parseStreamStatusForm({ ...status, StreamErrorCode: '31924' })).toEqual({
    ok: true,
    form: {
      accountSid: AccountSid,
      callSid: CallSid,
      streamSid: `MZ${hex}`,
      event: 'stream-error',
      streamName: undefined,
      error: 'Stream - Websocket - Protocol Error',
      errorCode: 31924,
      timestamp: '2026-07-19T18:43:14.579278468Z',
    },
  });
  expect(parseStreamStatusForm({ ...status, StreamEvent: 'stream-started', StreamError: undefined }).ok).toBe(true);
  expect(parseStreamStatusForm({ ...status, StreamEvent: 'stream-melted' }).ok).toBe(false);
  expect(parseStreamStatusForm({ ...status, StreamSid: [`MZ${hex}`] })).toEqual({
    ok: false,
    problem: 'StreamSid is there more than once',
  });
  expect(parseStreamStatusForm({ ...status, StreamErrorCode: 'NaN' }).ok).toBe(false);
});

test('a stream-ended form is read', () => {
  expect(parseStreamEndedForm({ ...voice, CallStatus: 'in-progress' })).toEqual({
    ok: true,
    form: { accountSid: AccountSid, callSid: CallSid, callStatus: 'in-progress' },
  });
  expect(parseStreamEndedForm({ ...voice, CallSid: '' }).ok).toBe(false);
});

test('a recording form is read', () => {
  expect(parseRecordingForm(recording)).toEqual({
    ok: true,
    form: {
      accountSid: AccountSid,
      callSid: CallSid,
      recordingSid: `RE${hex}`,
      status: 'completed',
      url: recording.RecordingUrl,
      durationSec: 42,
      channels: 2,
      startTime: 'Thu, 16 Jul 2026 10:00:00 +0000',
      source: 'StartCallRecordingAPI',
      track: 'both',
      errorCode: undefined,
    },
  });
  const absent = {
    ...recording,
    RecordingStatus: 'absent',
    RecordingUrl: '',
    RecordingDuration: '-1',
    ErrorCode: '16102',
  };
  expect(parseRecordingForm(absent)).toMatchObject({
    ok: true,
    form: { status: 'absent', url: undefined, durationSec: undefined, errorCode: 16102 },
  });
  for (const RecordingUrl of ['file:///etc/passwd', 'https://u:p@evil.example', 'javascript:alert(1)', 'https://a b']) {
    expect(parseRecordingForm({ ...recording, RecordingUrl })).toEqual({
      ok: false,
      problem: 'RecordingUrl has an unexpected shape',
    });
  }
});

test('a signed form cut into other fields keeps its signature, but is refused or says the same', () => {
  const names = [
    'AccountSid',
    'ApiVersion',
    'CallSid',
    'CallStatus',
    'CallerName',
    'Direction',
    'ForwardedFrom',
    'From',
  ];
  const known = [...names, 'FromCity', 'To', 'ToCity', 'ToCountry'];
  const word = fc.constantFrom(
    ...known,
    '+1999',
    '+972',
    'inbound',
    'ringing',
    CallSid,
    `CA${'f'.repeat(32)}`,
    'x',
    ' ',
  );
  const planted = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  const mostly = fc.nat(9).map((number) => number > 0);
  let same = 0;
  fc.assert(
    fc.property(planted, planted, fc.infiniteStream(mostly), (CallerName, ForwardedFrom, choices) => {
      const original = { ...voice, Called: undefined, Caller: undefined, CallerName, ForwardedFrom };
      const fields = Object.fromEntries(
        Object.entries(original).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const data = Object.keys(fields)
        .sort()
        .map((name) => name + fields[name])
        .join('');
      const forged = recut(data, known, choices);
      expect(signForm('token', '', forged)).toBe(signForm('token', '', fields));
      const result = parseVoiceForm(forged);
      if (!result.ok) return;
      same++;
      expect(result.form).toMatchObject({
        accountSid: AccountSid,
        callSid: CallSid,
        callStatus: 'ringing',
        direction: 'inbound',
        from: voice.From,
        to: voice.To,
      });
    }),
    { numRuns: 3000 },
  );
  expect(same).toBeGreaterThan(0);
});

/** Cuts the signed text at names of fields, which must ascend for the signature to hold. */
function recut(data: string, names: readonly string[], choices: Iterator<boolean>): Record<string, string> {
  const form: Record<string, string> = {};
  let name = 'AccountSid';
  let from = name.length;
  for (let at = from; at < data.length; at++) {
    const next = names.filter((candidate) => candidate > name && data.startsWith(candidate, at));
    const chosen = next.find(() => choices.next().value === true);
    if (chosen === undefined) continue;
    form[name] = data.slice(from, at);
    name = chosen;
    from = at + chosen.length;
    at = from - 1;
  }
  form[name] = data.slice(from);
  return form;
}
