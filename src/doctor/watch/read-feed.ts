/** From the lines of a server's feed to the steps of one call: the first that begins while somebody watches. */
import { z } from 'zod';
import { explainTwilioError } from '../../twilio/error-codes.ts';
import { SAY_ONLY_CALL, type StepName } from './steps.ts';
import type { WatchInput, WatchTrouble } from './watch-state.ts';

const schema = z.looseObject({ event: z.string(), call_sid: z.string().optional() });

export type FeedLine = z.infer<typeof schema>;

/** Undefined for what is no line of a feed. */
export function parseFeedLine(text: string): FeedLine | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface Following {
  /** Undefined while none has begun. */
  readonly callSid: string | undefined;
  /** A socket is awaited that does not yet say whose it is. */
  readonly isSocketDue: boolean;
  /** The agent has been heard to answer: the next frames are the answer's. */
  readonly isAnswering: boolean;
}

export const nothingYet: Following = { callSid: undefined, isSocketDue: false, isAnswering: false };

type Read = readonly [Following, readonly WatchInput[]];

export function readFeedLine(following: Following, line: FeedLine, at: number): Read {
  const { call_sid: callSid, event } = line;
  if (following.callSid === undefined) return beforeCall(following, line, at);
  if (callSid !== undefined && callSid !== following.callSid) return [following, []];
  if (callSid === undefined && !isNameless(following, line)) return [following, []];
  return ofCall(following, { ...line, event }, at);
}

/** A socket says whose it is only with its `start`; a refused form never does. */
const isNameless = ({ isSocketDue }: Following, { event }: FeedLine): boolean =>
  event === 'WEBHOOK_REFUSED' || (isSocketDue && (event === 'WS_HANDSHAKE' || event === 'WS_REFUSED'));

const textOf = (line: FeedLine, name: string): string => {
  const value = line[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

function beforeCall(following: Following, line: FeedLine, at: number): Read {
  if (line.event === 'WEBHOOK_REFUSED') return [following, [refusedForm(line, at)]];
  const isBegin = line.event === 'WEBHOOK' && line['route'] === 'incoming-call' && line['verdict'] === 'asked';
  if (!isBegin || line.call_sid === undefined) return [following, []];
  return [{ ...following, callSid: line.call_sid }, [step('webhook', at, line.call_sid)]];
}

const step = (name: StepName, at: number, detail?: string): WatchInput => ({
  type: 'step',
  step: name,
  at,
  ...(detail === undefined || detail === '' ? {} : { detail }),
});
const trouble = (at: number, what: WatchTrouble): WatchInput => ({ type: 'trouble', at, trouble: explained(what) });

/** What is not said, the code's own page says. */
function explained(what: WatchTrouble): WatchTrouble {
  const page = what.code === undefined ? undefined : explainTwilioError(what.code);
  return page ? { why: page.meaning, remedy: page.remedy, ...what } : what;
}

function ofCall(following: Following, line: FeedLine, at: number): Read {
  const same = (...inputs: readonly WatchInput[]): Read => [following, inputs];
  switch (line.event) {
    case 'WEBHOOK':
      return webhook(following, line, at);
    case 'WS_HANDSHAKE':
      return [{ ...following, isSocketDue: false }, [step('upgrade', at)]];
    case 'WS_START':
      return same(step('start', at, textOf(line, 'sid')));
    case 'WS_MEDIA':
      return same(step('media-in', at));
    case 'playout-start':
      return same(step('frame-out', at), ...(following.isAnswering ? [step('reply-out', at)] : []));
    case 'mark':
      return same(step('mark-back', at));
    case 'speech-end':
      return same(step('speech', at));
    case 'transcript-final':
      if (line['chars'] !== 0) return same(step('speech', at), step('words', at));
      return same(trouble(at, { title: 'speech of which the recogniser understood no word', isMinor: true }));
    case 'answer-start':
      return [{ ...following, isAnswering: true }, [step('reply', at)]];
    case 'WS_STOP':
      return same(...stopped(line, at));
    case 'CALL_END':
      return same(step('end', at, textOf(line, 'reason')));
    default:
      return same(...troubles(line, at));
  }
}

function webhook(following: Following, line: FeedLine, at: number): Read {
  const verdict = textOf(line, 'verdict');
  if (line['route'] === 'stream-ended') {
    const input = step('stream-ended', at, verdict === 'done' ? 'nothing is to follow' : verdict);
    return [following, [input]];
  }
  if (line['route'] !== 'incoming-call' || verdict === 'asked') return [following, []];
  if (verdict === 'say-only') return [following, [{ type: 'plan', at, steps: SAY_ONLY_CALL }, step('answer', at)]];
  if (verdict === 'accepted') return [{ ...following, isSocketDue: true }, [step('answer', at)]];
  const refusal = trouble(at, {
    title: `the call was refused (${textOf(line, 'reason') || verdict}): the caller hears a sentence`,
    remedy: REFUSALS[textOf(line, 'reason')] ?? 'Look for CALL_REFUSED in the log.',
  });
  return [following, [refusal, { type: 'over', at, detail: 'the call was refused' }]];
}

const REFUSALS: Readonly<Record<string, string>> = {
  draining: 'The server is stopping: start it again.',
  full: 'KAV_MAX_CALLS calls are running: raise it, or add a node.',
  'other-account': 'TWILIO_ACCOUNT_SID names another account than the number’s.',
  'not-ready': 'The agent or the database is not there: the first lines of the server’s log tell why.',
};

/** Reasons for which no stream should end. */
const BAD_ENDS: Readonly<Record<string, WatchTrouble>> = {
  'socket-lost': { title: 'the media socket broke', code: 31921 },
  'media-lost': { title: 'no audio came for 10 s', code: 31953 },
  'internal-error': { title: 'a fault of the server ended the call', remedy: 'Look for CALL_BUG in the log.' },
  'replies-failed': { title: 'no reply could be made', remedy: 'kav doctor tries the brain and the voice.' },
  'recogniser-failed': { title: 'the recogniser failed', remedy: 'kav doctor tries the recogniser.' },
};

function stopped(line: FeedLine, at: number): readonly WatchInput[] {
  const reason = textOf(line, 'reason');
  const bad = BAD_ENDS[reason];
  return [...(bad ? [trouble(at, bad)] : []), step('stop', at, reason)];
}

function troubles(line: FeedLine, at: number): readonly WatchInput[] {
  switch (line.event) {
    case 'WEBHOOK_REFUSED':
      return [refusedForm(line, at)];
    case 'WS_REFUSED':
      return [trouble(at, refusedSocket(line))];
    case 'STREAM_ERROR': {
      const code = typeof line['code'] === 'number' ? { code: line['code'] } : {};
      return [trouble(at, { title: `Twilio reports: ${textOf(line, 'text')}`, ...code })];
    }
    case 'WS_BAD_MESSAGE':
      return [trouble(at, { title: `a message was dropped: ${textOf(line, 'kind')}`, isMinor: true })];
    case 'CALL_BUG':
      return [trouble(at, { title: 'a fault of the server', remedy: 'Look for CALL_BUG in the log.' })];
    case 'provider-failed': {
      const title = `${textOf(line, 'provider')} (${textOf(line, 'operation')}) failed: ${textOf(line, 'code')}`;
      return [trouble(at, { title, remedy: 'kav doctor tries each vendor.', isMinor: true })];
    }
    case 'recogniser-lost': {
      const title = `the recogniser is lost: ${textOf(line, 'code')}`;
      return [trouble(at, { title, remedy: 'kav doctor tries the recogniser.' })];
    }
    case 'reply-error':
      return [
        trouble(at, { title: `a reply failed: ${textOf(line, 'code')}`, remedy: 'kav doctor tries each vendor.' }),
      ];
    case 'media-silent': {
      const title = `no audio for ${textOf(line, 'silentMs')} ms`;
      return [trouble(at, { title, code: 31953, isMinor: true })];
    }
    default:
      return [];
  }
}

function refusedForm(line: FeedLine, at: number): WatchInput {
  const reason = textOf(line, 'reason');
  const isSignature = reason.startsWith('signature');
  return trouble(at, {
    title: `a request at ${textOf(line, 'route')} was refused: ${reason}`,
    code: 11200,
    why: isSignature ? `It was checked against ${textOf(line, 'url') || 'no known origin'}.` : textOf(line, 'problem'),
    remedy: isSignature
      ? 'Compare that URL with the one in Twilio’s console, and TWILIO_AUTH_TOKEN with its Auth Token.'
      : 'The form has another shape than Twilio’s: who asks?',
  });
}

function refusedSocket(line: FeedLine): WatchTrouble {
  const reason = textOf(line, 'reason');
  if (line['status'] === undefined) {
    const title = `the stream was refused after its upgrade: ${reason}`;
    return { title, code: 31921, why: 'The token of the TwiML is used once, for this call, within 60 s.' };
  }
  const remedy =
    reason === 'signature'
      ? 'Twilio signs the wss:// URL: PUBLIC_BASE_URL or PUBLIC_HOST must name the host of the stream URL.'
      : 'kav doctor’s check `upgrade` tells more.';
  return { title: `the media socket was refused with ${textOf(line, 'status')}: ${reason}`, code: 31920, remedy };
}
