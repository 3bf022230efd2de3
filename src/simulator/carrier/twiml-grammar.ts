/**
 * Which attributes and children each TwiML verb takes, as in Twilio's own SDK (VoiceResponse.d.ts): what a media stream
 * server answers with is here, the rest in `twiml-grammar-nouns.ts`.
 */
import { NOUNS, type VerbGrammar } from './twiml-grammar-nouns.ts';

const RECORDING_CALLBACK = ['recordingStatusCallback', 'recordingStatusCallbackEvent', 'recordingStatusCallbackMethod'];

const SPEECH_MARKUP = ['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w'];

/** Verbs that are right in a response and that the simulator does not carry out. */
const OTHER_VERBS = ['Echo', 'Enqueue', 'Leave', 'Pay', 'Prompt', 'Queue', 'Refer', 'Sms', 'Start', 'Stop'];

const OTHER_CONNECT_NOUNS = [
  'AiSession',
  'Assistant',
  'Autopilot',
  'Conversation',
  'ConversationRelay',
  'ConversationRelaySession',
  'Room',
  'VirtualAgent',
];

const DIAL_NOUNS = ['Application', 'Client', 'Conference', 'Number', 'Queue', 'Sim', 'Sip', 'WhatsApp'];

export const GRAMMAR: Readonly<Record<string, VerbGrammar>> = {
  ...NOUNS,
  Response: {
    attributes: [],
    children: [
      ...['Connect', 'Dial', 'Gather', 'Hangup', 'Pause', 'Play', 'Record', 'Redirect', 'Reject', 'Say'],
      ...OTHER_VERBS,
    ],
  },
  Connect: { attributes: ['action', 'method'], children: ['Stream', ...OTHER_CONNECT_NOUNS] },
  Stream: {
    attributes: [
      ...['audioFormat', 'connectorName', 'name', 'sampleRate'],
      ...['statusCallback', 'statusCallbackMethod', 'track', 'url'],
    ],
    children: ['Parameter'],
  },
  Parameter: { attributes: ['name', 'value'], children: [] },
  Say: { attributes: ['language', 'loop', 'voice'], children: SPEECH_MARKUP, text: true },
  Play: { attributes: ['digits', 'loop'], children: [], text: true },
  Pause: { attributes: ['length'], children: [] },
  Hangup: { attributes: [], children: ['Parameter'] },
  Redirect: { attributes: ['method'], children: [], text: true },
  Reject: { attributes: ['reason'], children: ['Parameter'] },
  Dial: {
    attributes: [
      ...['action', 'answerOnBridge', 'callerId', 'events', 'hangupOnStar', 'method', 'passports', 'record'],
      ...['recordingConfigurationId', ...RECORDING_CALLBACK, 'recordingTrack', 'referMethod', 'referUrl', 'ringTone'],
      ...['sequential', 'timeLimit', 'timeout', 'trim'],
    ],
    children: DIAL_NOUNS,
    text: true,
  },
  Record: {
    attributes: [
      ...['action', 'finishOnKey', 'maxLength', 'method', 'playBeep', 'recordingConfigurationId'],
      ...[...RECORDING_CALLBACK, 'timeout', 'transcribe', 'transcribeCallback', 'trim'],
    ],
    children: [],
  },
  Gather: {
    attributes: [
      ...['action', 'actionOnEmptyResult', 'bargeIn', 'debug', 'enhanced', 'finishOnKey', 'hints', 'input', 'language'],
      ...['maxSpeechTime', 'method', 'numDigits', 'partialResultCallback', 'partialResultCallbackMethod'],
      ...['profanityFilter', 'speechModel', 'speechTimeout', 'timeout'],
    ],
    children: ['Pause', 'Play', 'Say'],
  },
};

/** Attributes with few allowed values, whatever verb they are on. */
export const ATTRIBUTE_VALUES: Readonly<Record<string, readonly string[]>> = {
  method: ['GET', 'POST'],
  statusCallbackMethod: ['GET', 'POST'],
  recordingStatusCallbackMethod: ['GET', 'POST'],
  reason: ['busy', 'rejected'],
  track: ['inbound_track', 'outbound_track', 'both_tracks'],
  waitUrlMethod: ['GET', 'POST'],
  waitMethod: ['GET', 'POST'],
  partialResultCallbackMethod: ['GET', 'POST'],
  referMethod: ['GET', 'POST'],
};
