import { explainTwilioError } from '../../twilio/error-codes.ts';

/** The form fields Twilio sends with each request about a call; cities are empty for most numbers. */
export interface CallIdentity {
  readonly callSid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
}

export type CallStatus = 'ringing' | 'in-progress' | 'completed';

export function createCallFields(call: CallIdentity, status: CallStatus): Record<string, string> {
  const { callSid, accountSid, from, to } = call;
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: callSid,
    CallStatus: status,
    Called: to,
    CalledCity: '',
    CalledCountry: 'US',
    CalledState: '',
    CalledZip: '',
    Caller: from,
    CallerCity: '',
    CallerCountry: 'US',
    CallerState: '',
    CallerZip: '',
    Direction: 'inbound',
    From: from,
    FromCity: '',
    FromCountry: 'US',
    FromState: '',
    FromZip: '',
    StirVerstat: 'TN-Validation-Passed-A',
    To: to,
    ToCity: '',
    ToCountry: 'US',
    ToState: '',
    ToZip: '',
  };
}

/** For the call's own status callback, when it is over. */
export function createCompletedFields(call: CallIdentity, durationMs: number, at: Date): Record<string, string> {
  const seconds = String(Math.max(1, Math.round(durationMs / 1_000)));
  return {
    ...createCallFields(call, 'completed'),
    CallDuration: seconds,
    Duration: String(Math.ceil(Number(seconds) / 60)),
    CallbackSource: 'call-progress-events',
    SequenceNumber: '0',
    Timestamp: at.toUTCString(),
  };
}

/** For the recording status callback. */
export function createRecordingFields(
  { accountSid, callSid }: CallIdentity,
  recordingSid: string,
  recording: { readonly durationMs: number; readonly at: Date },
): Record<string, string> {
  return {
    AccountSid: accountSid,
    CallSid: callSid,
    RecordingSid: recordingSid,
    RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}`,
    RecordingStatus: 'completed',
    RecordingDuration: String(Math.max(1, Math.round(recording.durationMs / 1_000))),
    RecordingChannels: '2',
    RecordingStartTime: recording.at.toUTCString(),
    RecordingSource: 'StartCallRecordingAPI',
    RecordingTrack: 'both',
    ErrorCode: '0',
  };
}

export type StreamEvent = 'stream-started' | 'stream-stopped' | 'stream-error';

/** For the status callback of a stream; `errorCode` goes with `stream-error`. */
export function createStreamFields(
  { accountSid, callSid }: CallIdentity,
  stream: {
    readonly sid: string;
    readonly name: string;
    readonly event: StreamEvent;
    readonly at: Date;
    readonly errorCode: number | undefined;
  },
): Record<string, string> {
  const { errorCode } = stream;
  return {
    AccountSid: accountSid,
    CallSid: callSid,
    StreamSid: stream.sid,
    StreamName: stream.name,
    StreamEvent: stream.event,
    // Live callbacks have nanoseconds, which a strict ISO 8601 parser may not expect.
    Timestamp: stream.at.toISOString().replace('Z', '000000Z'),
    ...(errorCode === undefined ? {} : { StreamError: nameStreamError(errorCode) }),
  };
}

/** Twilio's title of the error, in the letter case seen in a live callback. */
function nameStreamError(code: number): string {
  return (explainTwilioError(code)?.name ?? 'Stream - Unknown Error').replace('WebSocket', 'Websocket');
}
