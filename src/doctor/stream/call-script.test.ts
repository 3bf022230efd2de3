import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  firstState,
  isSpeaking,
  nextState,
  type Observation,
  type Phase,
  SCRIPT_MS,
  type ScriptState,
} from './call-script.ts';

const QUIET: Omit<Observation, 'at'> = {
  firstAudioAt: undefined,
  lastAudioAt: undefined,
  queuedMs: 0,
  clearedAt: undefined,
  garbage: true,
};
const ORDER: readonly Phase[] = ['listen', 'provoke', 'hear', 'barge-in', 'garbage', 'done'];

/** Every 20 ms, as the caller does. */
function play(seenAt: (at: number) => Partial<Observation>, forMs = 40_000): readonly ScriptState[] {
  const states: ScriptState[] = [firstState];
  for (let at = 20; at <= forMs; at += 20) states.push(nextState(states.at(-1)!, { ...QUIET, at, ...seenAt(at) }));
  return states;
}

const phasesOf = (states: readonly ScriptState[]): readonly Phase[] => [...new Set(states.map(({ phase }) => phase))];

test('an agent that greets is heard, interrupted, sent garbage, and left', () => {
  const states = play((at) => (at >= 100 ? { firstAudioAt: 100, lastAudioAt: at } : {}));
  expect(phasesOf(states)).toEqual(['listen', 'hear', 'barge-in', 'garbage', 'done']);
  expect(states.find(({ phase }) => phase === 'done')!.since).toBeLessThan(6_000);
});

test('an agent that waits is spoken to, and given up on in the end', () => {
  const states = play(() => ({}));
  expect(phasesOf(states)).toEqual(['listen', 'provoke', 'garbage', 'done']);
});

test('after a clear the caller ends its words and goes on', () => {
  const states = play((at) => ({ firstAudioAt: 20, lastAudioAt: at, ...(at > 1_500 ? { clearedAt: 1_500 } : {}) }));
  const bargeIn = states.find(({ phase }) => phase === 'barge-in')!;
  const garbage = states.find(({ phase }) => phase === 'garbage')!;
  expect(garbage.since - bargeIn.since).toBe(SCRIPT_MS.bargeIn);
});

test('without garbage that part is left out', () => {
  expect(phasesOf(play(() => ({ garbage: false })))).not.toContain('garbage');
});

test('whatever a server does, the call goes forward and ends, and the caller speaks only in its turns', () => {
  const moments = fc.array(fc.record({ from: fc.nat(20_000), clear: fc.boolean() }), { maxLength: 6 });
  fc.assert(
    fc.property(moments, fc.boolean(), (sounds, garbage) => {
      const states = play((at) => {
        const past = sounds.filter(({ from }) => from <= at).map(({ from }) => from);
        const cleared = sounds.filter(({ clear, from }) => clear && from <= at).map(({ from }) => from);
        return {
          garbage,
          firstAudioAt: past.length > 0 ? Math.min(...past) : undefined,
          lastAudioAt: past.length > 0 ? Math.max(...past) : undefined,
          clearedAt: cleared.length > 0 ? Math.max(...cleared) : undefined,
        };
      });
      const ranks = states.map(({ phase }) => ORDER.indexOf(phase));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(states.at(-1)!.phase).toBe('done');
      states.forEach((state, i) => {
        if (isSpeaking(state, i * 20)) expect(['provoke', 'barge-in']).toContain(state.phase);
      });
    }),
  );
});
