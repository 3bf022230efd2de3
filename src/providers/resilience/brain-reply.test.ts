import { expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { createRandom } from '../../simulator/random.ts';
import {
  type BrainStep,
  FOREVER,
  openChain,
  RETRACT,
  reply,
  type ScriptedBrainOptions,
  spokenOf,
  tokens,
} from './brain.fixture.ts';

/** A model that knows the answer, and goes on after what it sees that was said of it. */
const ANSWER = Array.from({ length: 8 }, (_, i) => `Sentence ${i + 1} of many words${i % 3 ? '.' : '!'} `);

const saidUpTo = (count: number): string => ANSWER.slice(0, count).join('').trim();

function continuing(random: () => number, surprises: string[]): ScriptedBrainOptions['answer'] {
  return ({ history }) => {
    const last = history.at(-1);
    const said = last?.who === 'agent' ? ANSWER.findIndex((_, i) => saidUpTo(i + 1) === last.text) + 1 : 0;
    if (last?.who === 'agent' && said === 0) surprises.push(last.text);
    const steps: BrainStep[] = tokens(ANSWER.slice(said).join(''));
    const fault = ([FOREVER, 'provider-failed', 'provider-unavailable'] as const)[Math.floor(random() * 3)]!;
    if (random() < 0.6) steps.splice(Math.floor(random() * (steps.length + 1)), steps.length, fault);
    return random() < 0.3 ? [Math.floor(random() * 2_900), ...steps] : steps;
  };
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'random failures, seed %d: no word lost or repeated',
  async (seed) => {
    const random = createRandom(seed);
    const surprises: string[] = [];
    const scripts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      answer: continuing(random, surprises),
    }));
    const chain = openChain(scripts);
    for (let turn = 0; turn < 4; turn++) {
      const { events, error } = await reply(chain);
      const spoken = spokenOf(error ? [...events, RETRACT] : events);
      const expected = ANSWER.map((one) => one.trim());
      expect(spoken).toEqual(error ? expected.slice(0, spoken.length) : expected);
      if (error) expect(error).toBeInstanceOf(ProviderError);
      expect(chain.brains.every(({ running }) => running === 0)).toBe(true);
      expect(chain.clock.alarms).toBe(0);
    }
  },
);
