import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { BUDGETS } from './budgets.ts';
import type { SpeechEvent } from './contracts.ts';
import { UtteranceLedger } from './utterance-ledger.ts';

function openLedger() {
  const clock = new VirtualClock();
  const events: SpeechEvent[] = [];
  const ledger = new UtteranceLedger({ clock, onEvent: (event) => events.push(event) });
  const finals = () => events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
  return { clock, events, ledger, finals };
}

describe('an utterance ledger', () => {
  test('joins the segments of one utterance', () => {
    const { ledger, events } = openLedger();
    ledger.speechStarted();
    ledger.segment('I would like');
    ledger.partial('an app');
    ledger.speechEnded();
    ledger.segment('an appointment');
    ledger.flushed();
    expect(events).toEqual([
      { type: 'partial', text: 'I would like' },
      { type: 'partial', text: 'I would like an app' },
      { type: 'partial', text: 'I would like an appointment' },
      { type: 'final', text: 'I would like an appointment' },
    ]);
  });

  test('the partial serves when the vendor keeps its final, which then is a late repeat', async () => {
    const { ledger, clock, finals } = openLedger();
    ledger.heard(16_000);
    ledger.partial('ten');
    ledger.speechEnded();
    await clock.advance(BUDGETS.sttFinalMs);
    expect(finals()).toEqual(['ten']);
    ledger.segment('ten', 1_900);
    ledger.heard(8_000);
    ledger.speechStarted();
    ledger.segment('thirty', 2_800);
    ledger.speechEnded();
    ledger.flushed();
    expect(finals()).toEqual(['ten', 'thirty']);
  });

  test('an utterance without words gets its empty final, and late words still count', async () => {
    const { ledger, clock, finals } = openLedger();
    ledger.heard(8_000);
    ledger.speechEnded();
    await clock.advance(BUDGETS.sttFinalMs);
    ledger.segment('hello', 900);
    await clock.advance(BUDGETS.sttFinalMs);
    expect(finals()).toEqual(['', 'hello']);
  });

  test('several owed utterances are answered in order, and a flush of nothing does nothing', async () => {
    const { ledger, clock, finals } = openLedger();
    ledger.flushed();
    ledger.speechStarted();
    ledger.segment('one');
    ledger.speechEnded();
    ledger.speechEnded();
    ledger.flushed();
    expect(finals()).toEqual(['one']);
    await clock.advance(BUDGETS.sttFinalMs);
    expect(finals()).toEqual(['one', '']);
    ledger.flushed();
    expect(finals()).toHaveLength(2);
  });

  test('nothing comes after the end, and no timer stays', () => {
    const { ledger, clock, events } = openLedger();
    ledger.speechStarted();
    ledger.speechEnded();
    ledger.close();
    ledger.partial('more');
    ledger.segment('more');
    ledger.speechEnded();
    ledger.flushed();
    expect(events).toEqual([]);
    expect(clock.alarms).toBe(0);
  });
});
