import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { BUDGETS } from '../budgets.ts';
import type { SpeechEvent } from '../contracts.ts';
import { UtteranceLedger } from '../utterance-ledger.ts';
import { TranscriptionTurns } from './stt-turns.ts';

function openTurns() {
  const clock = new VirtualClock();
  const events: SpeechEvent[] = [];
  const ledger = new UtteranceLedger({ clock, onEvent: (event) => events.push(event) });
  const turns = new TranscriptionTurns(ledger);
  const utter = (eventId: string) => {
    ledger.speechStarted();
    ledger.heard(8_000);
    ledger.speechEnded();
    turns.add(eventId, ledger.heardMs);
  };
  const textsOf = (type: 'partial' | 'final') => events.flatMap((event) => (event.type === type ? [event.text] : []));
  return { clock, ledger, turns, utter, finals: () => textsOf('final'), partials: () => textsOf('partial') };
}

describe('the turns of a transcription session', () => {
  test('answers wait for those before them, and for the news of their commit', () => {
    const { turns, utter, finals } = openTurns();
    utter('a');
    utter('b');
    turns.completed('item-2', 'second');
    turns.committed('item-1');
    turns.committed('item-2');
    expect(finals()).toEqual([]);
    turns.completed('item-1', 'first');
    expect(finals()).toEqual(['first', 'second']);
    expect(turns.isEmpty).toBe(true);
  });

  test('an answer that never comes does not hold up the next', async () => {
    const { clock, turns, utter, finals } = openTurns();
    utter('a');
    turns.committed('item-1');
    await clock.advance(BUDGETS.sttFinalMs);
    utter('b');
    turns.committed('item-2');
    turns.completed('item-2', 'second');
    expect(finals()).toEqual(['', 'second']);
    turns.completed('item-1', 'first');
    expect(finals()).toEqual(['', 'second']);
  });

  test('words that come after the wait are told when none were, and only then', async () => {
    const { clock, turns, utter, finals } = openTurns();
    utter('a');
    turns.committed('item-1');
    await clock.advance(BUDGETS.sttFinalMs);
    turns.completed('item-1', 'first');
    expect(finals()).toEqual(['', 'first']);
    utter('b');
    turns.committed('item-2');
    turns.delta('item-2', 'second');
    await clock.advance(BUDGETS.sttFinalMs);
    turns.completed('item-2', 'second');
    expect(finals()).toEqual(['', 'first', 'second']);
    expect(turns.isEmpty).toBe(true);
  });

  test('only the oldest utterance shows its words so far', () => {
    const { ledger, turns, utter, partials, finals } = openTurns();
    ledger.speechStarted();
    turns.delta('item-1', 'fi');
    turns.delta('item-1', 'rst');
    utter('a');
    turns.committed('item-1');
    turns.delta('item-2', 'sec');
    expect(partials()).toEqual(['fi', 'first']);
    turns.completed('item-1', 'first');
    expect(finals()).toEqual(['first']);
    expect(partials().at(-1)).toBe('sec');
  });

  test('a commit of nothing answers itself, in its place', () => {
    const { turns, utter, finals } = openTurns();
    utter('a');
    utter('b');
    turns.answerEmpty('b');
    expect(finals()).toEqual([]);
    turns.committed('item-1');
    turns.completed('item-1', 'first');
    expect(finals()).toEqual(['first', '']);
  });
});
