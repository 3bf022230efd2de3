import { describe, expect, test } from 'vitest';
import { decodeMulaw } from '../../src/audio/mulaw.ts';
import type { SpeechToText, TextToSpeech } from '../../src/providers/contracts.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { hangUp, say, speech, waitForAgent, wholeCall } from './whole-call.ts';

/** A voice with the rhythm of speech: a steady tone could not be told from another line's tone. */
const voice = (): TextToSpeech => ({
  name: 'rhythmic',
  open: () => ({
    async *synthesize(text) {
      const samples = decodeMulaw(audioOf(text));
      yield { encoding: 'pcm16', sampleRateHz: 8_000, data: samples.map((sample, i) => sample * rhythm(i)) };
    },
    close: async () => {},
  }),
  close: async () => {},
});

const audioOf = (text: string): Uint8Array => speech(Math.ceil((text.length * 60) / 20) * 20).audio;

/** Words of uneven length and loudness, with pauses between them. */
function rhythm(sample: number): number {
  const ms = sample / 8;
  const word = Math.floor(ms / 310);
  const isPause = ms % 310 > 180 + ((word * 73) % 110);
  return isPause ? 0.01 : 0.4 + 0.6 * (((word * 37) % 10) / 10);
}

const GREETING =
  'Good morning, this is the test office, and I am the automated assistant that answers the telephone here.';

/** Understands what is on the line: the agent's words while only the agent has spoken, then the caller's. */
const recogniser =
  (callerFromMs: number) =>
  (clock: VirtualClock): SpeechToText => ({
    name: 'honest',
    open: ({ onEvent }) => {
      const text = () => (clock.now() < callerFromMs ? 'good morning this is the test office' : 'are you open');
      return {
        write: () => {},
        speechStarted: () => {
          clock.at(clock.now() + 400, () => onEvent({ type: 'partial', text: text() }));
        },
        speechEnded: () => {
          clock.at(clock.now() + 200, () => onEvent({ type: 'final', text: text() }));
        },
        expect: () => {},
        close: async () => {},
      };
    },
    close: async () => {},
  });

describe('an agent that hears itself', () => {
  test.each([
    { gainDb: -6, delayMs: 100 },
    { gainDb: -15, delayMs: 300 },
    { gainDb: -25, delayMs: 400 },
  ])('$gainDb dB, $delayMs ms later: it answers nobody but the caller', async (echo) => {
    const patient = { ...waitForAgent, quietMs: 1_500 } as typeof waitForAgent;
    const { journal, office } = await wholeCall([patient, say(1_200), patient, hangUp], {
      tts: voice,
      stt: recogniser(GREETING.length * 60),
      echo,
      greeting: GREETING,
    });
    const types = journal.entries.flatMap(({ effects }) => effects.map(({ type }) => type));
    expect(office.count('BARGE_IN')).toBe(0);
    expect(types.filter((type) => type === 'answer-start')).toHaveLength(1);
    expect(types.filter((type) => type === 'playout-pause').length).toBeLessThanOrEqual(1);
  });
});
