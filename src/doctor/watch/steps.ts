/** The steps of a call in the order in which they should come, and what it means when one does not. */

export type StepName =
  | 'webhook'
  | 'answer'
  | 'upgrade'
  | 'start'
  | 'media-in'
  | 'frame-out'
  | 'mark-back'
  | 'speech'
  | 'words'
  | 'reply'
  | 'reply-out'
  | 'clear'
  | 'stop'
  | 'end'
  | 'stream-ended';

export interface Step {
  readonly name: StepName;
  readonly title: string;
  /** It is due so long after that step; without one nobody can know when it must come. */
  readonly due?: { readonly after: StepName; readonly ms: number };
  /** When it is missing: the code that Twilio would write, where it has one, and what to do. */
  readonly missing?: { readonly code?: number; readonly why: string; readonly remedy: string };
  /** Its absence makes the call worse, and not impossible. */
  readonly isOptional?: true;
}

const WEBHOOK: Step = {
  name: 'webhook',
  title: 'Twilio asks the webhook',
};

const ANSWER: Step = {
  name: 'answer',
  title: 'TwiML is answered',
  due: { after: 'webhook', ms: 3_000 },
  missing: {
    code: 11205,
    why: 'Twilio gives up after 15 s, and until then the caller hears it ring.',
    remedy: 'Look for SERVER_FAULT and LEDGER_ERROR in the log, and at the load and the disk of the machine.',
  },
};

const UPGRADE: Step = {
  name: 'upgrade',
  title: 'the media socket opens',
  due: { after: 'answer', ms: 6_000 },
  missing: {
    code: 31920,
    why:
      'No upgrade has come here: the stream URL leads elsewhere, or a proxy answers it in place of the server (a page, ' +
      'a redirect, a missing Upgrade header).',
    remedy: 'Run kav doctor with the public URL: its checks `addresses` and `upgrade` name which.',
  },
};

const START: Step = {
  name: 'start',
  title: '`start` comes, and its token is good',
  due: { after: 'upgrade', ms: 5_500 },
  missing: {
    code: 31924,
    why: 'The socket is open and nothing valid comes through: a proxy keeps or changes the frames behind its 101.',
    remedy: 'Let the proxy pass the connection as it is: no compression, no buffering, HTTP/1.1 to the server.',
  },
};

const MEDIA_IN: Step = {
  name: 'media-in',
  title: 'the first audio of the caller',
  due: { after: 'start', ms: 2_000 },
  missing: {
    code: 31953,
    why: 'Twilio sends 50 frames a second from the start on, also of silence.',
    remedy: 'Look at the proxy (buffering), and at Twilio’s status page for its media servers.',
  },
};

const FRAME_OUT: Step = {
  name: 'frame-out',
  title: 'the first frame to the caller',
  due: { after: 'start', ms: 4_000 },
  missing: {
    why: 'The agent says nothing: it has no greeting, or its voice or its brain does not answer.',
    remedy: 'Look for TTS_ERROR, BRAIN_ERROR and PROVIDER_FAILED in the log; kav doctor tries each vendor.',
  },
};

const MARK_BACK: Step = {
  name: 'mark-back',
  title: 'the first mark comes back: the caller hears it',
  due: { after: 'frame-out', ms: 4_000 },
  missing: {
    code: 31951,
    why: 'Twilio echoes a mark when the audio before it has been played: nothing of it is heard.',
    remedy:
      'Audio must be raw µ-law at 8 kHz in base64, with the streamSid of `start`. kav doctor’s check `call` tells.',
  },
};

const STOP: Step = { name: 'stop', title: 'the stream stops' };

const STREAM_ENDED: Step = {
  name: 'stream-ended',
  title: 'Twilio asks what is to follow (the action)',
  due: { after: 'stop', ms: 10_000 },
  missing: {
    code: 11205,
    why: 'Without it a lost stream is not taken up again, and the caller hears nothing more.',
    remedy: 'The action URL of the TwiML must lead here: kav doctor’s checks `addresses` and `callbacks` tell.',
  },
};

/** A call of Twilio's, as the server itself tells it. */
export const OWN_CALL: readonly Step[] = [
  ...[WEBHOOK, ANSWER, UPGRADE, START, MEDIA_IN, FRAME_OUT, MARK_BACK],
  { name: 'speech', title: 'the caller has spoken' },
  {
    name: 'words',
    title: 'the first words of the caller',
    due: { after: 'speech', ms: 4_000 },
    missing: {
      why: 'Speech was heard, and the recogniser has no words for it.',
      remedy: 'Look for STT_ERROR in the log; kav doctor tries the recogniser with the language of the agent.',
    },
    // A cough has none either.
    isOptional: true,
  },
  {
    name: 'reply',
    title: 'the turn is over: the agent is to answer',
    due: { after: 'words', ms: 5_000 },
    missing: {
      why: 'The caller’s turn is not taken for over.',
      remedy: 'Noise that never pauses keeps a turn open: kav why tells the verdicts on each pause.',
    },
  },
  {
    name: 'reply-out',
    title: 'the first frame of the answer',
    due: { after: 'reply', ms: 5_000 },
    missing: {
      why: 'The brain or the voice has not answered.',
      remedy: 'Look for BRAIN_ERROR, TTS_ERROR and PROVIDER_FAILED in the log; kav why tells which was waited for.',
    },
  },
  STOP,
  {
    name: 'end',
    title: 'the call is over here',
    due: { after: 'stop', ms: 5_000 },
    missing: { why: 'The server holds on to a call that has gone.', remedy: 'Send its journal with a report.' },
  },
  STREAM_ENDED,
];

/** A call that hears one sentence of Twilio's own voice: nothing but the webhook is asked. */
export const SAY_ONLY_CALL: readonly Step[] = [WEBHOOK, { ...ANSWER, title: 'TwiML with one sentence is answered' }];

/** A call of the doctor's own, at a server of which only the outside is seen. */
export const FOREIGN_CALL: readonly Step[] = [
  { ...WEBHOOK, title: 'the webhook is asked' },
  {
    ...ANSWER,
    due: { after: 'webhook', ms: 15_000 },
    missing: {
      code: 11205,
      why: 'Twilio gives up after 15 s.',
      remedy: 'Answer before asking any database or vendor.',
    },
  },
  { ...UPGRADE, due: { after: 'answer', ms: 10_000 } },
  { name: 'start', title: '`connected` and `start` are sent' },
  { name: 'media-in', title: 'the first audio is sent' },
  {
    name: 'frame-out',
    title: 'the first audio comes back',
    // A caller who hears nothing for 2 s speaks, and an answer may take 6 s from there.
    due: { after: 'start', ms: 9_000 },
    missing: {
      why: 'A caller who was not greeted has spoken, and nothing was answered.',
      remedy: 'Look at the server’s log for its voice; the doctor makes sounds without words, that some agents ignore.',
    },
    isOptional: true,
  },
  {
    name: 'mark-back',
    title: 'the first mark is echoed',
    due: { after: 'frame-out', ms: 10_000 },
    missing: {
      why: 'Without marks a server does not know what was heard.',
      remedy: 'Send a mark after each sentence, and take what was not echoed for not heard.',
    },
    isOptional: true,
  },
  { name: 'speech', title: 'the caller speaks over the agent' },
  {
    name: 'clear',
    title: 'the server falls silent (clear)',
    due: { after: 'speech', ms: 2_400 },
    missing: {
      why: 'What was sent ahead goes on playing over the caller.',
      remedy: 'Send `clear` when the caller speaks, and stop sending.',
    },
    isOptional: true,
  },
  { ...STOP, title: '`stop` is sent' },
  { ...STREAM_ENDED, title: 'the action is answered', due: { after: 'stop', ms: 16_000 }, isOptional: true },
];
