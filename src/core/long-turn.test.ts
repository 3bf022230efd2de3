import { describe, expect, test } from 'vitest';
import { historyOf } from './call.ts';
import type { CallEventBody } from './call-event.ts';
import {
  end,
  final,
  greeted,
  partial,
  played,
  type Script,
  silence,
  speech,
  start,
  sustained,
} from './call-script.fixture.ts';

const line = (reply: number): CallEventBody[] => [
  { type: 'sentence-start', reply, text: 'Let me stop you.', line: 'cut-in' },
  { type: 'playout-start', reply },
  { type: 'sentence-end', reply, audioMs: 1500 },
  end(reply),
];
const judged = (words: string, reason: string, waitMs = 1200): CallEventBody => ({
  type: 'endpoint-judged',
  words,
  expects: 'open',
  waitMs,
  ending: 'unfinished',
  reasons: [reason],
});
const turns = (script: Script) => script.log.filter((entry) => /line|answer-start|barge-in/.test(entry));

/** Talks from 1.1 s on without a pause, a partial of a few more words every 3 s. */
function talking(until: number, settings = {}): Script {
  const script = greeted(settings).at(1_100, speech(1_040)).at(1_200, sustained);
  const words: string[] = [];
  for (let at = 2_000; at <= until; at += 3_000) {
    words.push(`part${at / 1_000}x`);
    script.at(at, partial(words.join(' ')));
  }
  return script;
}

describe('a turn of minutes', () => {
  test('without any pause is cut in on after 90 s and 20 s more, and what was said is answered', () => {
    const script = talking(110_000);
    expect(turns(script.until(111_999))).toEqual([]);
    script.until(112_000);
    expect(turns(script)).toEqual(['112000 line cut-in']);
    script
      .at(112_050, ...line(2))
      .at(112_500, partial('all of it and more'))
      .at(113_550, played(2, 1_500));
    expect(turns(script)).toEqual(['112000 line cut-in', '113550 answer-start']);
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: 'all of it and more' });
  });

  test('what follows in the same breath is a new turn: no word is lost, and none is answered twice', () => {
    const script = talking(110_000)
      .until(112_000)
      .at(112_050, ...line(2));
    script.at(112_500, partial('one two three')).at(113_550, played(2, 1_500));
    script.at(114_000, ...start(3, 'I see, so you want three of them.', 3_000));
    expect(turns(script).slice(2), 'only new words stop the answer').toEqual([]);
    script.at(114_800, partial('one two three four five'));
    expect(turns(script).slice(2)).toEqual(['114800 barge-in after 400']);
    script.at(116_000, silence(115_700)).at(116_200, final('one two three four five')).until(117_000);
    expect(historyOf(script.state).filter(({ who }) => who === 'caller')).toEqual([
      { who: 'caller', text: 'one two three' },
      { who: 'caller', text: 'four five' },
    ]);
  });

  test('is cut in on at a small pause from 90 s on, where the words do not end the turn sooner', () => {
    const pausing = () => talking(92_000).at(93_500, silence(93_300)).at(93_550, final('and then I said to'));
    const script = pausing().at(93_560, judged('and then I said to', 'trailing-preposition')).until(93_700);
    expect(turns(script)).toEqual(['93600 line cut-in']);
    script
      .at(93_700, ...line(2))
      .at(95_200, played(2, 1_500))
      .until(95_300);
    expect(turns(script).at(-1), 'the caller is silent: answered at once').toBe('95200 answer-start');
    const whole = pausing()
      .at(93_560, judged('and then I said to', 'closing-words', 250))
      .until(93_700);
    expect(turns(whole)).toEqual(['93560 answer-start']);
  });

  test('once: an answer that is taken back for more words does not bring the line again', () => {
    const script = talking(92_000).at(93_500, silence(93_300)).at(93_550, final('and then')).until(93_600);
    script.at(93_700, ...line(2)).at(95_200, played(2, 1_500));
    script.at(95_400, speech(95_350)).at(95_500, sustained);
    for (let at = 95_600; at < 240_000; at += 3_000) script.at(at, partial(`he said ${'on and '.repeat(at / 3_000)}`));
    expect(turns(script)).toEqual(['93600 line cut-in', '95200 answer-start']);
    script.at(240_100, silence(240_000)).at(240_200, final('he said')).until(240_700);
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: 'and then he said' });
  });

  test('a number that is being dictated is heard out', () => {
    const script = talking(92_000).at(93_500, silence(93_300)).at(93_550, final('my number is five five'));
    script.at(93_560, judged('my number is five five', 'digits-2', 2_500)).until(94_500);
    expect(turns(script)).toEqual([]);
    const figures = talking(108_000).at(109_000, partial('it is 052 12')).until(130_000);
    expect(turns(figures)).toEqual([]);
  });

  test('sound without words is no turn, and a setting of the past knows no such limit', () => {
    expect(turns(greeted().at(1_100, speech(1_040)).at(1_200, sustained).until(40_000))).toEqual([]);
    expect(turns(talking(150_000, { longTurnMs: undefined }).until(152_000))).toEqual([]);
  });

  test('the line is not interrupted, and if it cannot be spoken the caller keeps the floor', () => {
    const over = talking(110_000)
      .until(112_000)
      .at(112_050, ...line(2))
      .at(112_900, partial('but wait'));
    expect(turns(over)).toEqual(['112000 line cut-in']);
    const failed = talking(110_000)
      .until(112_000)
      .at(112_100, { type: 'reply-error', reply: 2, code: 'provider-failed' });
    expect(turns(failed)).toEqual(['112000 line cut-in']);
    expect(failed.log.at(-1)).toBe('112100 LISTENING');
  });
});
