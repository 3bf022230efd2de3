import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fact, type FactBody, factKey } from '../../core/fact.ts';
import { type CallRow, foldFact, isStale } from './call-state.ts';

const NEW: CallRow = {
  tenant: 't',
  call_sid: 'CA1',
  state: 'opened',
  account_sid: null,
  from_number: null,
  to_number: null,
  contact_number: null,
  agent: null,
  language: null,
  node: null,
  fence: 0,
  opened_at: new Date('2030-01-01'),
  streaming_at: null,
  ended_at: null,
  end_reason: null,
  ended_fence: null,
  consent_recording: null,
  consent_fence: null,
  consent_index: null,
  consent_line: null,
  consent_line_hash: null,
  outcome_status: null,
  outcome_fence: null,
  outcome_index: null,
  touched_at: new Date(0),
};

function factOf(body: FactBody, fence: number, second = 0): Fact {
  const at = new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
  return { ...body, key: factKey(body), tenant: 't', callSid: 'CA1', node: `node-${fence}`, fence, at };
}

/** As the store does: a refused fact leaves no trace, and so does a key that is taken. */
function fold(facts: readonly Fact[]): CallRow {
  const keys = new Set<string>();
  return facts.reduce((call, fact) => {
    const key = `${fact.key}@${fact.fence}`;
    if (isStale(fact, call.fence) || keys.has(key)) return call;
    keys.add(key);
    return foldFact(call, fact);
  }, NEW);
}

const RANK = { opened: 0, streaming: 1, ended: 2 } as const;
const bodies: fc.Arbitrary<FactBody> = fc.oneof(
  fc.constant<FactBody>({
    type: 'call-opened',
    accountSid: 'AC1',
    from: '+972541234567',
    to: '+97231234567',
    agent: 'Leah',
    language: 'he-IL',
  }),
  fc
    .integer({ min: 1, max: 3 })
    .map((attempt): FactBody => ({ type: 'stream-started', streamSid: `MZ${attempt}`, attempt })),
  fc
    .integer({ min: 0, max: 3 })
    .map((index): FactBody => ({ type: 'turn', index, who: 'agent', text: 'a', fromMs: 0, toMs: 1 })),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()).map(([index, given]): FactBody => {
    const line = { text: `line ${index}`, sha256: `${index}` };
    return { type: 'consent', index, subject: 'recording', given, ...(index === 0 ? {} : { line }) };
  }),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()).map(
    ([index, isDone]): FactBody => ({
      type: 'outcome',
      index,
      outcome: { status: isDone ? 'completed' : 'abandoned', flow: 'f', slots: {} },
    }),
  ),
  fc.constant<FactBody>({ type: 'stream-ended', streamSid: 'MZ1', reason: 'socket-lost' }),
  fc.constant<FactBody>({ type: 'call-ended', reason: 'caller-hung-up' }),
  fc.constant<FactBody>({ type: 'carrier-recording', recordingSid: 'RE1', url: '', status: 'completed' }),
);
/** A node tells one thing under one key. */
const history = (fences: number) =>
  fc
    .uniqueArray(fc.tuple(bodies, fc.integer({ min: 1, max: fences })), {
      selector: ([body, fence]) => `${factKey(body)}@${fence}`,
      maxLength: 14,
    })
    .map((told) => told.map(([body, fence], second) => factOf(body, fence, second)));

describe('the state of a call', () => {
  test('has the line that the newest consent was given to', () => {
    const consent = (index: number): FactBody => {
      const line = { text: `line ${index}`, sha256: `${index}` };
      return { type: 'consent', index, subject: 'recording', given: index === 0, line };
    };
    const facts = [factOf(consent(0), 1, 0), factOf(consent(1), 1, 1)];
    const known = { consent_recording: false, consent_line: 'line 1', consent_line_hash: '1' };
    expect(fold(facts)).toMatchObject(known);
    expect(fold(facts.toReversed())).toMatchObject(known);
  });

  test('is the same for every order of its facts, with several owners', () => {
    fc.assert(
      fc.property(
        history(3).chain((facts) =>
          fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
        ),
        ([facts, shuffled]) => {
          expect(fold(shuffled)).toEqual(fold(facts));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('never goes back while it has one owner', () => {
    fc.assert(
      fc.property(
        history(1).chain((facts) => fc.shuffledSubarray(facts, { minLength: facts.length })),
        (facts) => {
          let call = NEW;
          for (const fact of facts) {
            const next = foldFact(call, fact);
            expect(RANK[next.state]).toBeGreaterThanOrEqual(RANK[call.state]);
            call = next;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('never goes back from what the highest fence has told, whoever tells something else', () => {
    const ended = fold([factOf({ type: 'call-ended', reason: 'caller-hung-up' }, 3)]);
    fc.assert(
      fc.property(history(3), (facts) => {
        for (const fact of facts)
          expect(foldFact(ended, fact)).toMatchObject({ state: 'ended', fence: 3, node: 'node-3' });
      }),
    );
  });

  test('refuses the end of a call that is told by a node which has lost it, and nothing else', () => {
    const end: FactBody = { type: 'call-ended', reason: 'socket-lost' };
    const heard: FactBody = { type: 'turn', index: 1, who: 'caller', text: 'a', fromMs: 0, toMs: 1 };
    expect(isStale(factOf(end, 1), 2)).toBe(true);
    expect(isStale(factOf(end, 2), 2)).toBe(false);
    expect(isStale(factOf(heard, 1), 2)).toBe(false);
  });
});
