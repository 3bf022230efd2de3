import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import { HEARD_BYTES } from '../../src/endpointing-model/contract.ts';
import { hangUp, say, waitForAgent, wholeCall } from './whole-call.ts';

const caller = [waitForAgent, say(1_500), waitForAgent, hangUp];

/** A call with a model that answers each pause so, after so long; and what it heard. */
async function callWith(completeness: number, answerMs: number) {
  const heard: number[] = [];
  const { journal, office } = await wholeCall(caller, {
    endpointingModel: (clock) => ({
      ask: (mulaw, onAnswer) => {
        heard.push(mulaw.length);
        return clock.at(clock.now() + answerMs, () => onAnswer(completeness));
      },
    }),
  });
  return { journal, office, heard };
}

type Journal = Awaited<ReturnType<typeof callWith>>['journal'];

/** Between the end of the caller's speech and the answer to it. */
function waitedMs({ entries }: Journal): number {
  const end = entries.find(({ event }) => event.type === 'speech-end')?.event;
  const answer = entries.find(({ effects }) => effects.some(({ type }) => type === 'answer-start'))?.event;
  return answer!.at - (end?.type === 'speech-end' ? end.since : Number.NaN);
}

const reasonsIn = ({ entries }: Journal): string[] =>
  entries.flatMap(({ event }) => (event.type === 'endpoint-judged' ? [event.reasons.join(' ')] : []));

describe('a call with an endpointing model', () => {
  test('waits longer when the model hears that the caller goes on; the journal tells why, and replays', async () => {
    const without = await wholeCall(caller);
    const { journal, heard, office } = await callWith(0, 20);
    expect(reasonsIn(journal).at(-1)).toMatch(/ model-0\.00$/);
    expect(waitedMs(journal)).toBeGreaterThan(1.3 * waitedMs(without.journal));
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toBeGreaterThan(8 * 1_500);
    expect(heard[0]).toBeLessThan(HEARD_BYTES);
    office.clock.advanceTo(office.clock.now() + 11 * 60_000);
    expect(office.clock.alarms, 'no timer left').toBe(0);
  });

  test('is not held up by one that is slow', async () => {
    const without = await wholeCall(caller);
    const { journal } = await callWith(0, 5_000);
    expect(reasonsIn(journal)).toEqual(reasonsIn(without.journal));
    expect(waitedMs(journal)).toBe(waitedMs(without.journal));
  });
});
