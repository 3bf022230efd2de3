/** A call of a second: greeted, sometimes asks one thing, hangs up, and all of Twilio's callbacks come. */
import { babble } from '../../src/audio/babble.ts';
import { FRAME_BYTES } from '../../src/audio/frame.ts';
import { encodeMulaw } from '../../src/audio/mulaw.ts';
import type { Clock } from '../../src/core/clock.ts';
import { placeCall } from '../../src/simulator/place-call.ts';
import type { Script } from '../../src/simulator/prepare-scenario.ts';

export interface ShortCallOptions {
  readonly clock: Clock;
  readonly url: string;
  readonly authToken: string;
  readonly asks: boolean;
}

const WHOLE_MS = 20_000;
const SPEECH_MS = 500;
const speech = encodeMulaw(Int16Array.from(babble(SPEECH_MS, 14_000)));
const audio = speech.subarray(0, speech.length - (speech.length % FRAME_BYTES));

const wait = { type: 'wait-for-agent', quietMs: 100, timeoutMs: 5_000 } as const;
const say = { type: 'say', text: 'question', clip: { audio, speech: { from: 0, to: SPEECH_MS } } } as const;
const hangUp = { type: 'hang-up' } as const;

/** Resolves with whether it went as it should. */
export async function placeShortCall({ asks, authToken, clock, url }: ShortCallOptions): Promise<boolean> {
  const script: Script = {
    name: 'short',
    steps: asks ? [wait, say, wait, hangUp] : [wait, hangUp],
    expect: [],
  };
  const report = await placeCall({
    clock,
    baseUrl: url,
    authToken,
    from: '+15551230001',
    to: '+15551230000',
    script,
    recordingPath: '/webhook/recording_done',
    maxCallMs: WHOLE_MS,
  });
  return report.ok;
}
