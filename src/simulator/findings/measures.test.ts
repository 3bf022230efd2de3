import { describe, expect, test } from 'vitest';
import type { Utterance } from '../caller.ts';
import type { Span } from '../ear.ts';
import { measureCall } from './measures.ts';

const say = (from: number, to: number, kind: Utterance['kind'] = 'say'): Utterance => ({ kind, text: kind, from, to });
const span = (from: number, to: number): Span => ({ from, to });

function measure(utterances: readonly Utterance[], agentSpans: readonly Span[], durationMs = 20_000) {
  return measureCall({ utterances, agentSpans, durationMs });
}

test('gaps run from the caller’s last sound to the agent’s first', () => {
  const measures = measure(
    [say(4_000, 5_000), say(9_000, 9_600)],
    [span(300, 3_000), span(5_850, 8_000), span(10_400, 12_000)],
  );
  expect(measures).toMatchObject({ greetingMs: 300, replies: 2, deadAirMs: 850, talkOverMs: 0, bargeIns: [] });
  expect(measures.turns.map(({ gapMs }) => gapMs)).toEqual([850, 800]);
});

test('utterances with no agent between them are one turn', () => {
  const { turns } = measure([say(4_000, 5_000), say(5_600, 6_000)], [span(0, 3_000), span(6_900, 8_000)]);
  expect(turns).toMatchObject([{ said: 'say … say', from: 4_000, to: 6_000, gapMs: 900 }]);
});

test('an agent that begins before the caller has finished has a negative gap, and both spoke', () => {
  const measures = measure([say(4_000, 6_000)], [span(0, 3_000), span(5_500, 8_000)]);
  expect(measures.turns[0]).toMatchObject({ gapMs: -500, overAgent: false });
  expect(measures.talkOverMs).toBe(500);
});

describe('barge-in', () => {
  test('ends when the agent is silent; its answer comes after the caller', () => {
    const { bargeIns, turns, talkOverMs } = measure(
      [say(2_000, 3_000, 'say-over')],
      // A word gap at 2.1 s is not silence.
      [span(500, 2_100), span(2_250, 2_400), span(3_900, 5_000)],
    );
    expect(bargeIns).toEqual([{ text: 'say-over', at: 2_000, reactionMs: 400 }]);
    expect(turns).toMatchObject([{ overAgent: true, gapMs: 900, answeredAt: 3_900 }]);
    expect(talkOverMs).toBe(250);
  });

  test('an agent that does not stop shows a long reaction', () => {
    expect(measure([say(2_000, 3_000, 'say-over')], [span(500, 9_000)]).bargeIns[0]?.reactionMs).toBe(7_000);
  });

  test('a cough over the agent is judged by itself and is no turn', () => {
    const measures = measure(
      [say(2_000, 2_400, 'cough'), say(8_000, 8_400, 'cough')],
      [span(500, 5_000), span(7_000, 8_300)],
    );
    expect(measures).toMatchObject({ turns: [], bargeIns: [] });
    expect(measures.coughs).toEqual([
      { at: 2_000, silencedAgent: false },
      { at: 8_000, silencedAgent: true },
    ]);
  });
});

describe('dead air', () => {
  test('is the silence until the greeting', () => {
    expect(measure([], [span(3_200, 5_000)]).deadAirMs).toBe(3_200);
    expect(measure([], [], 9_000).deadAirMs).toBe(9_000);
  });

  test('is the silence after a turn that nobody answers', () => {
    const measures = measure([say(4_000, 5_000)], [span(0, 3_000)], 11_000);
    expect(measures).toMatchObject({ replies: 0, deadAirMs: 6_000 });
    expect(measures.turns[0]).not.toHaveProperty('gapMs');
  });

  test('is not the silence in which the caller is awaited', () => {
    expect(measure([say(15_000, 16_000)], [span(0, 3_000), span(16_500, 18_000)]).deadAirMs).toBe(500);
  });
});
