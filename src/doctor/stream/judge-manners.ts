/** What the messages of a call, and its end, say about the server. */
import { type Finding, fail, ok, warn } from '../finding.ts';
import { isEcho } from './judge-audio.ts';
import type { StreamRecord } from './stream-call.ts';

const CLEAN_CLOSES: readonly number[] = [1000, 1001, 1005];
export const isOrderlyClose = (code: number): boolean => CLEAN_CLOSES.includes(code);
/** Shorter speech needs no marks to know what was heard. */
const LONG_SPEECH_BYTES = 16_000;
/** What waits is more than a lead against jitter: without `clear` the caller hears it to its end. */
const LONG_QUEUE_MS = 1_000;
/** The agent may finish a word. */
const PATIENCE_MS = 1_200;

export function judgeMessages({ binaryMessages, faults }: StreamRecord): readonly Finding[] {
  const found: Finding[] = [];
  if (binaryMessages > 0) {
    found.push(fail('The server sends binary messages', { seen: `${binaryMessages} of them`, code: 31950 }));
  }
  if (faults.length > 0) {
    found.push(
      fail('The server sends messages that Twilio refuses', { seen: faults.slice(0, 3).join('; '), code: 31951 }),
    );
  }
  return found.length > 0 ? found : [ok('Every message is one that Twilio knows')];
}

export function judgeMarks(record: StreamRecord): readonly Finding[] {
  const { audio, marks } = record;
  const bytes = audio.reduce((sum, message) => sum + message.bytes.length, 0);
  if (marks > 0) return [ok('Marks tell what was heard', `${marks} of them`)];
  if (bytes < LONG_SPEECH_BYTES || isEcho(record)) return [];
  return [
    warn('The server sends no marks', {
      why: 'Only the echo of a mark tells what the caller has heard: without it the agent believes it was heard to the end.',
      remedy: 'Send a mark after each sentence, or every 400 ms, and count as heard what was echoed before a clear.',
    }),
  ];
}

export function judgeBargeIn(record: StreamRecord): readonly Finding[] {
  const { audio, bargeIn, clearedAt, closed } = record;
  if (!bargeIn || isEcho(record) || closed?.phase === 'barge-in') return [];
  const cleared = clearedAt.find((at) => at >= bargeIn.at);
  if (cleared !== undefined)
    return [ok(`A caller who interrupts is heard after ${Math.round(cleared - bargeIn.at)} ms`)];
  const after = audio.filter(({ at }) => at > bargeIn.at + PATIENCE_MS);
  const lateMs = after.reduce((sum, { bytes }) => sum + bytes.length / 8, 0);
  if (bargeIn.queuedMs + lateMs <= LONG_QUEUE_MS) return [ok('The agent had said all when the caller spoke')];
  return [
    warn('A caller cannot interrupt: no clear is sent', {
      seen: `${((bargeIn.queuedMs + lateMs) / 1_000).toFixed(1)} s of audio were still to come when the caller spoke, and none was cleared`,
      why: 'Twilio plays all that it was sent. Sounds without words were spoken here: an agent that waits for words may clear later.',
      remedy: 'Send {"event":"clear","streamSid":…} as soon as the caller speaks, and drop what is queued.',
    }),
  ];
}

/** The end: the caller hangs up, if the server lets it come to that. */
export function judgeEnd({ audio, closed, garbageAt, opened, problem }: StreamRecord): readonly Finding[] {
  if (!opened)
    return [fail('The media socket does not open', { seen: problem?.message ?? '', code: problem?.code ?? 31920 })];
  if (!closed)
    return [
      ok('The stream lived until the caller hung up', garbageAt === undefined ? undefined : 'garbage did not end it'),
    ];
  const { at, code, phase, reason } = closed;
  const seen = `closed with ${code}${reason === '' ? '' : ` (${reason})`} after ${Math.round(at)} ms`;
  if (phase === 'garbage') return [diesOfGarbage(seen)];
  const isClean = isOrderlyClose(code);
  if (problem) return [fail('The stream breaks', { seen: `${seen}; ${problem.message}`, code: problem.code })];
  if (!isClean) return [fail('The server ends the stream with an error', { seen, code: 31921 })];
  if (audio.length === 0)
    return [fail('The server closes the stream at once', { seen, code: 31921, remedy: CLOSED_REMEDY })];
  return [ok('The server ended the call itself', seen)];
}

const CLOSED_REMEDY =
  'Look at its log: an exception on `start`, a token that was not in customParameters, or a vendor that could not be reached.';

function diesOfGarbage(seen: string): Finding {
  return warn('The stream dies of a message that it does not know', {
    seen,
    code: 31921,
    why: 'Twilio adds events and fields without notice; each would end every call.',
    remedy: 'Ignore what cannot be read, and count it.',
  });
}
