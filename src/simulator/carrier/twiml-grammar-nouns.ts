/** The verbs and nouns that a media stream server seldom answers with: attributes and children as in Twilio's SDK. */
export interface VerbGrammar {
  readonly attributes: readonly string[];
  readonly children: readonly string[];
  /** Whether it holds text; elsewhere text between elements is a fault. */
  readonly text?: true;
}

const AMD = [
  ...['amdStatusCallback', 'amdStatusCallbackMethod', 'machineDetection', 'machineDetectionSilenceTimeout'],
  ...['machineDetectionSpeechEndThreshold', 'machineDetectionSpeechThreshold', 'machineDetectionTimeout'],
];
const STATUS = ['statusCallback', 'statusCallbackEvent', 'statusCallbackMethod'];
const RECORDING = ['recordingStatusCallback', 'recordingStatusCallbackEvent', 'recordingStatusCallbackMethod'];
const MARKUP = ['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w'];
const XML_LANG = 'xml:lang';

const leaf = (attributes: readonly string[]): VerbGrammar => ({ attributes, children: [] });
const text = (attributes: readonly string[], children: readonly string[] = []): VerbGrammar => ({
  attributes,
  children,
  text: true,
});

export const NOUNS: Readonly<Record<string, VerbGrammar>> = {
  Echo: leaf([]),
  Leave: leaf([]),
  Enqueue: text(['action', 'maxQueueSize', 'method', 'waitUrl', 'waitUrlMethod', 'workflowSid'], ['Task']),
  Task: text(['priority', 'timeout']),
  Pay: {
    attributes: [
      ...['action', 'bankAccountType', 'chargeAmount', 'currency', 'description', 'input', 'language', 'maxAttempts'],
      ...['minPostalCodeLength', 'paymentConnector', 'paymentMethod', 'postalCode', 'securityCode', 'statusCallback'],
      ...['statusCallbackMethod', 'timeout', 'tokenType', 'validCardTypes'],
    ],
    children: ['Parameter', 'Prompt'],
  },
  Prompt: {
    attributes: ['attempt', 'cardType', 'errorType', 'for', 'requireMatchingInputs'],
    children: ['Pause', 'Play', 'Say'],
  },
  Refer: { attributes: ['action', 'method'], children: ['Sip', 'ReferSip'] },
  ReferSip: text([]),
  Sms: text(['action', 'from', 'method', 'statusCallback', 'to']),
  Queue: text(['method', 'postWorkActivitySid', 'reservationSid', 'url']),

  Start: { attributes: ['action', 'method'], children: ['Recording', 'Siprec', 'Stream', 'Transcription'] },
  Stop: { attributes: [], children: ['Siprec', 'Stream', 'Transcription'] },
  Siprec: {
    attributes: ['connectorName', 'name', 'statusCallback', 'statusCallbackMethod', 'track'],
    children: ['Parameter'],
  },
  Transcription: {
    attributes: [
      ...['enableAutomaticPunctuation', 'hints', 'inboundTrackLabel', 'intelligenceService', 'languageCode', 'name'],
      ...['outboundTrackLabel', 'partialResults', 'profanityFilter', 'speechModel', 'statusCallbackMethod'],
      ...['statusCallbackUrl', 'track', 'transcriptionEngine'],
    ],
    children: ['Config', 'Parameter'],
  },
  Recording: leaf(['channels', 'recordingConfigurationId', ...RECORDING, 'track', 'trim']),
  Config: leaf(['name', 'value']),

  Application: {
    attributes: ['copyParentTo', 'customerId', 'method', ...STATUS, 'url'],
    children: ['ApplicationSid', 'Parameter'],
    text: true,
  },
  ApplicationSid: text([]),
  Client: text(['method', ...STATUS, 'url'], ['Identity', 'Parameter']),
  Identity: text([]),
  Conference: text([
    ...['beep', 'coach', 'endConferenceOnExit', 'eventCallbackUrl', 'jitterBufferSize', 'maxParticipants', 'muted'],
    ...['participantLabel', 'record', 'recordingConfigurationId', ...RECORDING, 'region', 'startConferenceOnEnter'],
    ...[...STATUS, 'trim', 'waitMethod', 'waitUrl'],
  ]),
  Number: text([...AMD, 'byoc', 'method', 'sendDigits', ...STATUS, 'url']),
  Sim: text([]),
  Sip: text([...AMD, 'method', 'password', ...STATUS, 'url', 'username'], ['Headers', 'Uri']),
  Uri: text(['password', 'priority', 'username', 'weight']),
  Headers: { attributes: [], children: ['Header'] },
  Header: leaf(['name', 'value']),
  WhatsApp: text(['method', ...STATUS, 'url']),

  Room: text(['participantIdentity']),
  Autopilot: text([]),
  VirtualAgent: {
    attributes: ['connectorName', 'language', 'sentimentAnalysis', 'statusCallback', 'statusCallbackMethod'],
    children: ['Config', 'Parameter'],
  },
  Conversation: leaf([
    ...['inboundAutocreation', 'inboundTimeout', 'method', 'record', ...RECORDING, 'routingAssignmentTimeout'],
    ...['serviceInstanceSid', ...STATUS, 'trim', 'url'],
  ]),
  ConversationRelay: {
    attributes: [
      ...['backgroundnoisereduction', 'debug', 'deepgramsmartformat', 'dtmfDetection', 'elevenlabsTextNormalization'],
      ...['events', 'hints', 'ignorebackchannel', 'intelligenceService', 'interruptSensitivity', 'interruptible'],
      ...['language', 'partialPrompts', 'preemptible', 'profanityFilter', 'reportInputDuringAgentSpeech'],
      ...['speechModel', 'speechtimeout', 'transcriptionLanguage', 'transcriptionProvider', 'ttsLanguage'],
      ...['ttsProvider', 'url', 'voice', 'welcomeGreeting', 'welcomeGreetingInterruptible'],
    ],
    children: ['Language', 'Parameter'],
  },
  Language: leaf(['code', 'speechModel', 'transcriptionProvider', 'ttsProvider', 'voice']),
  AiSession: leaf(['aiConnector', 'aiSessionConfiguration']),
  ConversationRelaySession: leaf(['connector', 'sessionConfiguration']),

  break: leaf(['strength', 'time']),
  emphasis: text(['level'], MARKUP),
  lang: text([XML_LANG], MARKUP),
  p: text([], MARKUP),
  phoneme: text(['alphabet', 'ph']),
  prosody: text(['pitch', 'rate', 'volume'], MARKUP),
  s: text([], MARKUP),
  'say-as': text(['format', 'interpret-as']),
  sub: text(['alias']),
  w: text(['role'], MARKUP),
};
