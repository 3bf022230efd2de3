import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import type { SpeechToText } from '../../src/providers/contracts.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { hangUp, type KeptJournal, say, waitForAgent, wholeCall } from './whole-call.ts';

/** Understands a word every two seconds while somebody speaks, and tells all of them again with each. */
const talkative = (clock: VirtualClock): SpeechToText => ({
  name: 'talkative',
  open: ({ onEvent }) => {
    let words: string[] = [];
    let frames = 0;
    let isSpeech = false;
    return {
      write: () => {
        if (!isSpeech || ++frames % 100 !== 0) return;
        words.push(`w${frames / 100}`);
        const text = words.join(' ');
        clock.at(clock.now() + 100, () => onEvent({ type: 'partial', text }));
      },
      speechStarted: () => {
        isSpeech = true;
      },
      speechEnded: () => {
        isSpeech = false;
        const text = words.join(' ');
        words = [];
        clock.at(clock.now() + 150, () => onEvent({ type: 'final', text }));
      },
      expect: () => {},
      close: async () => {},
    };
  },
  close: async () => {},
});

const effectsOf = (journal: KeptJournal) => journal.entries.flatMap(({ effects }) => effects);

describe('a caller who talks without an end', () => {
  test('is cut in on once, answered, and heard again', async () => {
    const { journal } = await wholeCall([waitForAgent, say(30_000), waitForAgent, hangUp], {
      stt: talkative,
      settings: { longTurnMs: 15_000, longTurnGraceMs: 5_000 },
    });
    const lines = effectsOf(journal).flatMap((e) => (e.type === 'line-start' ? [e.line] : []));
    expect(lines).toEqual(['cut-in']);
    const turns = effectsOf(journal).flatMap((e) => (e.type === 'turn-finished' ? [e.turn] : []));
    const said = turns.filter(({ who }) => who === 'caller').flatMap(({ text }) => text.split(' '));
    expect(said.length).toBeGreaterThan(10);
    expect(said, 'every word once, in order').toEqual(said.map((_, i) => `w${i + 1}`));
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
  });

  test('a usual turn of half a minute is left alone', async () => {
    const { journal } = await wholeCall([waitForAgent, say(30_000), waitForAgent, hangUp], { stt: talkative });
    expect(effectsOf(journal).some(({ type }) => type === 'line-start')).toBe(false);
  });
});
