import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { describe, expect, test } from 'vitest';
import { readTwiml, type TwimlAnswer } from './twiml-reader.ts';

const XML = '<?xml version="1.0" encoding="UTF-8"?>';

function read(body: string | Uint8Array, answer: Partial<TwimlAnswer> = {}) {
  return readTwiml({
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: typeof body === 'string' ? Buffer.from(body) : body,
    url: 'https://example.com/webhook/incoming_call',
    ...answer,
  });
}

const connect = (stream: string, tail = '') => `${XML}<Response><Connect>${stream}</Connect>${tail}</Response>`;

describe('a right answer', () => {
  test('made by Twilio’s SDK is read without complaint', () => {
    const response = new VoiceResponse();
    response.say({ language: 'en-US', voice: 'Polly.Joanna' }, 'One moment & hold.');
    const connectVerb = response.connect({ action: 'https://example.com/webhook/stream_ended' });
    const stream = connectVerb.stream({
      url: 'wss://example.com/ws/twilio-media',
      statusCallback: '/webhook/stream_status',
    });
    stream.parameter({ name: 'call_sid', value: 'CA1' });
    stream.parameter({ name: 'token', value: 'a<b&"c' });
    response.pause({ length: 2 });
    response.redirect({ method: 'POST' }, '/again');
    expect(read(response.toString())).toEqual({
      problems: [],
      verbs: [
        { type: 'say', text: 'One moment & hold.', language: 'en-US' },
        {
          type: 'connect-stream',
          method: 'POST',
          action: 'https://example.com/webhook/stream_ended',
          stream: {
            url: 'wss://example.com/ws/twilio-media',
            statusCallback: 'https://example.com/webhook/stream_status',
            statusCallbackMethod: 'POST',
            parameters: { call_sid: 'CA1', token: 'a<b&"c' },
          },
        },
        { type: 'pause', seconds: 2 },
        { type: 'redirect', url: 'https://example.com/again', method: 'POST' },
      ],
    });
  });

  test('empty, refusing, or with verbs that are not simulated', () => {
    expect(read(`${XML}<Response/>`)).toEqual({ verbs: [], problems: [] });
    expect(read('<Response><Reject reason="busy"/></Response>').verbs).toEqual([{ type: 'reject' }]);
    expect(read('<Response><Dial>+1</Dial><Hangup/></Response>')).toEqual({
      verbs: [{ type: 'other', name: 'Dial' }, { type: 'hangup' }],
      problems: [],
    });
    expect(read(connect('<ConversationRelay url="wss://x"/>')).verbs).toEqual([
      { type: 'other', name: 'ConversationRelay' },
    ]);
  });

  test.each([
    '<Enqueue workflowSid="WW1"><Task priority="1">{}</Task></Enqueue>',
    '<Start><Transcription track="both_tracks" languageCode="he-IL"/><Recording channels="dual"/></Start>',
    '<Stop><Stream name="one"/></Stop>',
    '<Dial><Number sendDigits="1" machineDetection="Enable">+1</Number><Sip username="u">sip:a@b</Sip></Dial>',
    '<Dial><Conference beep="false" waitMethod="GET">Room</Conference></Dial>',
    '<Pay chargeAmount="1"><Prompt for="payment-card-number"><Say>Card?</Say></Prompt></Pay>',
    '<Say>One <break time="1s"/><prosody rate="slow">two</prosody></Say>',
  ])('with %s is right', (verb) => {
    expect(read(`<Response>${verb}</Response>`).problems).toEqual([]);
  });

  test.each([
    ['<Dial><Conference beeep="false">Room</Conference></Dial>', /<Conference> has no attribute "beeep"/],
    ['<Start><Record/></Start>', /<Record> is not allowed in <Start>/],
    ['<Enqueue><task>{}</task></Enqueue>', /it is spelled "Task"/],
    ['<Say><prosody speed="1">x</prosody></Say>', /<prosody> has no attribute "speed"/],
  ])('%s is warned of', (verb, message) => {
    const { problems } = read(`<Response>${verb}</Response>`);
    expect(problems).toEqual([{ level: 'warning', code: 12200, message: expect.stringMatching(message) }]);
  });

  test('as sound is played, as plain text is read aloud, as a relative stream is resolved', () => {
    expect(read('ID3', { contentType: 'audio/mpeg' }).verbs[0]).toMatchObject({ type: 'play' });
    expect(read('We are closed.', { contentType: 'text/plain' }).verbs).toEqual([
      { type: 'say', text: 'We are closed.' },
      { type: 'hangup' },
    ]);
    expect(read('<Response><Hangup/></Response>', { contentType: 'text/plain' }).verbs).toEqual([{ type: 'hangup' }]);
    expect(read(connect('<Stream url="/ws/media"/>')).verbs[0]).toMatchObject({
      stream: { url: 'wss://example.com/ws/media' },
    });
  });
});

const response = `${XML}<Response><Hangup/></Response>`;

describe('a wrong answer gets Twilio’s code', () => {
  test.each([
    [11200, 'a status of 500', () => read('oops', { status: 500 }), /HTTP status 500/],
    [11200, 'a status of 404', () => read(response, { status: 404 }), /HTTP status 404/],
    [11750, 'a body over 64 kB', () => read(`${response}${' '.repeat(66_000)}`), /66\d+ bytes/],
    [12300, 'no content type', () => read(response, { contentType: undefined }), /no Content-Type/],
    [12300, 'JSON', () => read('{}', { contentType: 'application/json' }), /application\/json/],
    [12100, 'an empty body', () => read(''), /empty/],
    [12100, 'a byte order mark', () => read(`\ufeff${response}`), /byte order mark/],
    [12100, 'a newline before the declaration', () => read(`\n${response}`), /white space before/],
    [12100, 'a space before the root', () => read(' <Response/>'), /white space before/],
    [12100, 'JSON as XML', () => read('{"error":"no"}'), /JSON: \{"error"/],
    [12100, 'an HTML page', () => read('<!DOCTYPE html><html></html>'), /HTML/],
    [12100, 'words', () => read('Internal Server Error'), /not well-formed/],
    [12100, 'a bare ampersand', () => read(`${XML}<Response><Say>a & b</Say></Response>`), /not well-formed/],
    [12100, 'an open element', () => read(`${XML}<Response><Say>hi</Response>`), /not well-formed/],
    [12100, 'bytes that are no UTF-8', () => read(Uint8Array.of(0x3c, 0xff, 0xfe)), /not UTF-8/],
    [12101, 'an XML version of its own', () => read('<?xml version="2.0"?><Response/>'), /version "2.0"/],
    [12102, 'another root', () => read(`${XML}<response/>`), /root element is <response>/],
    [31922, 'a ws stream', () => read(connect('<Stream url="ws://example.com/ws"/>')), /must be wss/],
    [31922, 'an https stream', () => read(connect('<Stream url="https://example.com/ws"/>')), /begin with wss/],
    [31923, 'two schemes', () => read(connect('<Stream url="wss://https://example.com/ws"/>')), /two schemes/],
    [31923, 'no url', () => read(connect('<Stream/>')), /no url/],
    [31923, 'a broken url', () => read(connect('<Stream url="wss://exa mple/ws"/>')), /not a URL/],
    [31923, 'a fragment', () => read(connect('<Stream url="wss://example.com/ws#x"/>')), /fragment/],
    [31941, 'a track', () => read(connect('<Stream url="wss://e.com/ws" track="both_tracks"/>')), /inbound_track/],
  ])('%i for %s', (code, _, reading, message) => {
    const { verbs, problems } = reading();
    expect(verbs).toEqual([]);
    expect(problems).toMatchObject([{ level: 'error', code }]);
    expect(problems[0]!.message).toMatch(message);
  });
});

describe('a doubtful answer is warned about and carried out', () => {
  const stream = '<Stream url="wss://e.com/ws"/>';

  test.each([
    ['an unknown verb', `<Response><Talk>hi</Talk><Hangup/></Response>`, /<Talk> is not allowed in <Response>/],
    ['a miscased verb', `<Response><HangUp/><Hangup/></Response>`, /it is spelled "Hangup"/],
    ['an unknown attribute', `<Response><Say speed="2">hi</Say></Response>`, /<Say> has no attribute "speed"/],
    ['a miscased attribute', connect('<Stream URL="x" url="wss://e.com/ws"/>'), /it is spelled "url"/],
    ['a wrong method', `<Response><Redirect method="PUT">/x</Redirect></Response>`, /GET or POST/],
    ['loose text', `<Response>hello<Hangup/></Response>`, /holds the text "hello"/],
    ['two streams in a row of verbs is fine, a Say inside Connect is not', connect(`${stream}<Say>x</Say>`), /<Say>/],
    [
      'a nameless parameter',
      connect('<Stream url="wss://e.com/ws"><Parameter value="x"/></Stream>'),
      /name and a value/,
    ],
    [
      'a long parameter',
      connect(`<Stream url="wss://e.com/ws"><Parameter name="a" value="${'x'.repeat(499)}"/></Stream>`),
      /under 500/,
    ],
  ])('12200 for %s', (_, body, message) => {
    const { verbs, problems } = read(body);
    expect(problems).toMatchObject([{ level: 'warning', code: 12200 }]);
    expect(problems[0]!.message).toMatch(message);
    expect(verbs.length).toBe(1);
  });

  test('31920 for a query string, which Twilio strips', () => {
    const { verbs, problems } = read(connect('<Stream url="wss://e.com/ws?token=1"/>'));
    expect(problems).toMatchObject([{ level: 'warning', code: 31920 }]);
    expect(verbs[0]).toMatchObject({ stream: { url: 'wss://e.com/ws' } });
  });
});
