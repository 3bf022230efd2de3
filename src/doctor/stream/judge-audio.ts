/** What the audio of a call says about the server that sent it. */
import { findContainer, isPcm16 } from '../../audio/mistaken-audio.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { AudioMessage, StreamRecord } from './stream-call.ts';

const FRAME_BYTES = 160;
const SLOW_MS = 3_000;
/** Twilio drops what waits beyond this. */
const MOST_QUEUED_MS = 600_000;
const FEW_MESSAGES = 5;
/** Underruns shorter than this are the network's; longer ones are pauses of the agent. */
const UNDERRUN_MS = { least: 40, most: 1_000 } as const;

/** An echo has no rhythm, no marks and nothing to clear of its own. */
export function isEcho({ audio, bargeIn }: StreamRecord): boolean {
  const during = audio.filter(({ at }) => bargeIn !== undefined && at > bargeIn.at + 200 && at < bargeIn.at + 1_500);
  return during.length >= 20 && during.filter((message) => message.isEcho).length > during.length / 2;
}

export function judgeAudio(record: StreamRecord): readonly Finding[] {
  const { audio } = record;
  if (audio.length === 0) return [nothingHeard(record)];
  const format = judgeFormat(audio);
  if (format) return [firstAudio(audio[0]!.at), format];
  return [
    firstAudio(audio[0]!.at),
    ok('The audio is raw µ-law', `${audio.length} messages, ${seconds(totalBytes(audio) / 8)} of audio`),
    judgeSizes(audio),
    isEcho(record) ? ok('The server sends the caller’s own audio back') : judgeCadence(audio),
  ];
}

function nothingHeard({ faults, closed }: StreamRecord): Finding {
  if (faults.length > 0) {
    return fail('The caller hears nothing', { seen: faults[0]!, code: 31951 });
  }
  if (closed)
    return fail('The caller hears nothing', { seen: `closed after ${Math.round(closed.at)} ms`, code: 31921 });
  return warn('The caller hears nothing', {
    seen: 'no audio after two seconds of waiting, nor after speech without words',
    why: 'An agent that waits for real words may be quite well; otherwise the voice or the model behind it fails.',
    remedy: 'Call it with words: kav call URL --say "Hello?" --token …, and look at the log of the server.',
  });
}

function firstAudio(at: number): Finding {
  const title = `The first sound comes after ${Math.round(at)} ms`;
  if (at <= SLOW_MS) return ok(title);
  return warn(title, {
    why: 'Callers hang up on silence.',
    remedy: 'Speak a greeting that was made ahead, and open the vendors’ connections while the call rings.',
  });
}

/** A header may be before the whole, or before every piece of it. */
function judgeFormat(audio: readonly AudioMessage[]): Finding | undefined {
  const container = audio.map(({ bytes }) => findContainer(bytes)).find((found) => found !== undefined);
  if (container !== undefined) {
    return fail(`The payload is ${container}, not raw µ-law`, {
      seen: `the payload begins with ${JSON.stringify(Buffer.from(audio[0]!.bytes.subarray(0, 4)).toString('latin1'))}`,
      why: 'Twilio plays the bytes as they are: the caller hears a crack or noise, and no error is logged.',
      remedy: 'Send µ-law at 8000 Hz without a header: drop 44 bytes of a WAV file that holds µ-law, decode any other.',
    });
  }
  if (!isPcm16(joined(audio))) return undefined;
  return fail('The payload is 16-bit PCM, not µ-law', {
    why: 'Twilio plays the bytes as µ-law: the caller hears loud noise, and no error is logged.',
    remedy: 'Convert to 8000 Hz and encode as µ-law (ulaw_8000, pcm_mulaw) before base64.',
  });
}

function judgeSizes(audio: readonly AudioMessage[]): Finding {
  const odd = audio.filter(({ bytes }) => bytes.length % FRAME_BYTES !== 0);
  const sizes = [...new Set(audio.map(({ bytes }) => bytes.length))].slice(0, 4).join(', ');
  if (audio.length < FEW_MESSAGES || odd.length <= audio.length / 4) return ok(`Messages hold ${sizes} bytes`);
  return warn('The pieces of audio are no whole frames', {
    seen: `${odd.length} of ${audio.length} messages; ${sizes} bytes`,
    why: 'Twilio takes any size, and callers have heard stutter with small or odd pieces.',
    remedy: 'Send multiples of 160 bytes (20 ms), and keep the rest for the next message.',
  });
}

function judgeCadence(audio: readonly AudioMessage[]): Finding {
  const most = Math.max(...audio.map(({ queuedMs, bytes }) => queuedMs + bytes.length / 8));
  if (most > MOST_QUEUED_MS)
    return fail('More than ten minutes of audio wait to be played', { seen: seconds(most), code: 31931 });
  const underruns = countUnderruns(audio);
  if (underruns <= Math.max(2, audio.length / 20)) return ok('The audio flows', `up to ${seconds(most)} ahead`);
  return warn('The audio stutters', {
    seen: `${underruns} gaps in ${audio.length} messages`,
    why: 'Pieces come later than they are played: timers drift, or the voice is slower than speech.',
    remedy: 'Send by a monotonic clock and 200 ms ahead.',
  });
}

function countUnderruns(audio: readonly AudioMessage[]): number {
  let count = 0;
  for (let i = 1; i < audio.length; i++) {
    const before = audio[i - 1]!;
    const ranDryAt = before.at + before.queuedMs + before.bytes.length / 8;
    const gapMs = audio[i]!.at - ranDryAt;
    if (gapMs > UNDERRUN_MS.least && gapMs < UNDERRUN_MS.most) count++;
  }
  return count;
}

const totalBytes = (audio: readonly AudioMessage[]): number => audio.reduce((sum, { bytes }) => sum + bytes.length, 0);
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function joined(audio: readonly AudioMessage[]): Uint8Array {
  return Buffer.concat(audio.slice(0, 200).map(({ bytes }) => bytes));
}
