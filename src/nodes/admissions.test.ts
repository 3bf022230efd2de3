import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import type { PlaceVerdict } from '../store/queries/places.ts';
import { Admissions } from './admissions.ts';

/** A store that answers when it is told to. */
function rig() {
  const clock = new VirtualClock();
  const asked: {
    readonly callSids: readonly string[];
    readonly answer: PromiseWithResolvers<readonly PlaceVerdict[]>;
  }[] = [];
  const admissions = new Admissions({
    clock,
    patienceMs: 700,
    take: (callSids) => {
      const answer = Promise.withResolvers<readonly PlaceVerdict[]>();
      asked.push({ callSids, answer });
      return answer.promise;
    },
  });
  const questions = () => asked.map(({ callSids }) => callSids.join(' '));
  return { admissions, asked, clock, questions };
}

describe('questions for a place', () => {
  test('the first is asked at once, those that come meanwhile together, and each has its own answer', async () => {
    const { admissions, asked, clock, questions } = rig();
    const first = admissions.take('a');
    const [second, third] = [admissions.take('b'), admissions.take('c')];
    expect(questions()).toEqual(['a']);
    asked[0]!.answer.resolve(['admitted']);
    await clock.advance(0);
    expect(questions()).toEqual(['a', 'b c']);
    asked[1]!.answer.resolve(['admitted', 'node']);
    expect(await Promise.all([first, second, third])).toEqual(['admitted', 'admitted', 'node']);
  });

  test('a store that fails is told to all that were asked for, and the next are asked for', async () => {
    const { admissions, asked, clock, questions } = rig();
    const first = admissions.take('a');
    const second = admissions.take('b');
    asked[0]!.answer.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await clock.advance(0);
    asked[1]!.answer.resolve(['tenant']);
    expect(await second).toBe('tenant');
    expect(questions()).toEqual(['a', 'b']);
  });

  test('a question that hangs holds the next ones back only for so long', async () => {
    const { admissions, asked, clock, questions } = rig();
    void admissions.take('a');
    await clock.advance(699);
    const second = admissions.take('b');
    expect(questions()).toEqual(['a']);
    await clock.advance(1);
    const third = admissions.take('c');
    expect(questions()).toEqual(['a', 'b c']);
    asked[0]!.answer.resolve(['admitted']);
    await clock.advance(0);
    void admissions.take('d');
    expect(questions(), 'the older answer does not hurry the newer question').toEqual(['a', 'b c']);
    asked[1]!.answer.resolve(['admitted', 'admitted']);
    expect(await Promise.all([second, third])).toEqual(['admitted', 'admitted']);
  });

  test('more than a hundred are asked for in turns', async () => {
    const { admissions, asked, clock } = rig();
    const all = Array.from({ length: 202 }, (_, i) => admissions.take(`${i}`));
    for (let i = 0; i < 4; i++) {
      asked[i]!.answer.resolve(asked[i]!.callSids.map(() => 'admitted'));
      await clock.advance(0);
    }
    expect(asked.map(({ callSids }) => callSids.length)).toEqual([1, 100, 100, 1]);
    expect(await Promise.all(all)).toHaveLength(202);
  });
});
