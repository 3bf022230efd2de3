import { describe, expect, test } from 'vitest';
import { historyOf, nextDeadline } from './call.ts';
import type { CallEventBody } from './call-event.ts';
import {
  asked,
  end,
  final,
  greeted,
  mark,
  partial,
  played,
  silence,
  speech,
  start,
  sustained,
} from './call-script.fixture.ts';
import { defaultSettings } from './settings.ts';

describe('a turn', () => {
  test('LISTENING, THINKING, SPEAKING, LISTENING: the answer starts when the silence has lasted', () => {
    const script = asked()
      .at(2900, ...start(2, 'We are.', 800), end(2))
      .at(3700, played(2, 800));
    expect(script.log).toEqual([
      '2450 answer-start',
      '2450 THINKING',
      '2900 SPEAKING',
      '3700 caller: are you open',
      '3700 agent: We are.',
      '3700 LISTENING',
    ]);
    expect(script.heard).toEqual(['agent: Hello.', 'caller: are you open', 'agent: We are.']);
  });

  test('words that come later than the silence are answered at once', () => {
    const script = greeted().at(1100, speech(1040)).at(2200, silence(2000)).at(3100, final('hello'));
    expect(script.until(3100).log.slice(-2)).toEqual(['3100 answer-start', '3100 THINKING']);
  });

  test('a pause inside a turn does not end it', () => {
    const script = greeted()
      .at(1100, speech(1040))
      .at(2200, silence(2000))
      .at(2250, final('I want'))
      .at(2400, speech(2340));
    expect(script.until(2900).log.at(-1)).toBe('1000 LISTENING');
    script.at(3200, silence(3000)).at(3250, final('a table')).until(3450);
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: 'I want a table' });
  });

  test('the caller goes on while the agent thinks: one answer to all of it', () => {
    const script = asked().at(2600, speech(2540)).at(2700, sustained);
    expect(script.log.slice(2)).toEqual(['2600 reply-cancel', '2600 playout-clear', '2600 LISTENING']);
    script.at(3500, silence(3300)).at(3600, final('on Sunday')).until(3750);
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: 'are you open on Sunday' });
    expect(script.effects.filter(({ type }) => type === 'turn-finished')).toHaveLength(1);
  });

  test('a noise while the agent thinks: the same is answered again when it is over', () => {
    const script = asked().at(2600, speech(2540)).at(2680, silence(2600)).at(2700, final('')).until(3100);
    expect(script.log.slice(-2)).toEqual(['3050 answer-start', '3050 THINKING']);
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: 'are you open' });
  });

  test('a radio does not take the answer back a second time', () => {
    const script = greeted().at(1100, speech(1040)).at(1500, partial('are you')).at(2000, silence(1800));
    script.at(2050, final('are you open')).until(2300);
    script.at(2400, speech(2340)).at(2450, silence(2400)).at(2500, final('')).until(2900);
    const { length } = script.log;
    script.at(2950, speech(2890)).at(3050, sustained);
    expect(script.log.slice(length)).toEqual([]);
    expect(script.at(3100, ...start(3, 'Yes.', 500)).log.at(-1)).toBe('3100 SPEAKING');
  });

  test('the introduction happens once', () => {
    const script = greeted().at(1200, { type: 'call-start' }).at(1300, { type: 'call-start' });
    expect(script.effects.filter(({ type }) => type === 'greeting-start')).toHaveLength(1);
  });
});

describe('never twice', () => {
  test('two finals of one utterance are one turn', () => {
    const script = greeted().at(1100, speech(1040)).at(2200, silence(2000)).at(2300, final('Hello.'), final('hello'));
    script.until(2450);
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: 'Hello.' });
  });

  test('a late repeat during the answer is not answered again', () => {
    const script = asked()
      .at(3000, ...start(2, 'Yes.', 500), end(2))
      .at(3100, final('Are you open?'))
      .at(3500, played(2, 500));
    expect(script.until(3900).log.at(-1)).toBe('3500 LISTENING');
  });

  test('the same words, really said again after the answer, are answered', () => {
    const script = asked()
      .at(3000, ...start(2, 'Yes.', 500), end(2))
      .at(3500, played(2, 500));
    script
      .at(3600, speech(3540))
      .at(3700, sustained)
      .at(4400, silence(4200))
      .at(4500, final('are you open'))
      .until(4650);
    expect(script.log.at(-2)).toBe('4650 answer-start');
  });
});

describe('silence', () => {
  test('two prompts, then goodbye and the end', () => {
    const script = greeted().until(8000);
    for (const [reply, at] of [
      [2, 8100],
      [3, 16_100],
    ] as const) {
      script
        .at(at, ...start(reply, 'Are you there?', 900), end(reply))
        .at(at + 900, played(reply, 900))
        .until(at + 7_900);
    }
    script.at(24_100, ...start(4, 'Goodbye.', 900), end(4)).at(25_000, played(4, 900));
    const lines = script.log.filter((line) => /line|hang-up/.test(line));
    expect(lines).toEqual([
      '8000 line no-input',
      '16000 line no-input',
      '24000 line goodbye',
      '25000 hang-up no-input',
    ]);
  });

  test('a slow brain is covered by fillers, then by an apology, and the call goes on', () => {
    const script = asked().until(3_900);
    expect(script.log.at(-1)).toBe('3900 filler-play');
    const filler: CallEventBody = { type: 'sentence-start', reply: 2, text: 'One moment.', line: 'filler' };
    script.at(3_910, filler, { type: 'playout-start', reply: 2 }, { type: 'sentence-end', reply: 2, audioMs: 800 });
    script.at(4_710, { type: 'playout-dry', reply: 2, sentMs: 800 }).until(8_210);
    expect(script.log.at(-1)).toBe('8210 filler-play');
    script.until(11_710);
    expect(script.log).toContain('11710 line apology');
    expect(script.heard.slice(-2)).toEqual(['caller: are you open', 'agent: One moment.']);
  });

  test('nothing ever comes, not even a filler: an apology within 12 s', () => {
    expect(
      asked()
        .until(14_450)
        .log.filter((line) => /line/.test(line)),
    ).toEqual(['10900 line apology']);
  });

  test('the second failure in a row ends the call with a line', () => {
    const script = asked().at(2500, { type: 'reply-error', reply: 2, code: 'provider-failed' });
    script.at(2600, { type: 'reply-error', reply: 3, code: 'provider-failed' });
    script.at(2700, { type: 'reply-error', reply: 4, code: 'provider-failed' });
    expect(script.log.filter((line) => /line|hang-up/.test(line))).toEqual([
      '2500 line apology',
      '2600 line failure',
      '2700 hang-up replies-failed',
    ]);
  });

  test('a recogniser that never delivers: the partial serves', () => {
    const script = greeted().at(1100, speech(1040)).at(1900, { type: 'transcript-partial', text: 'hello there' });
    script.at(2200, silence(2000)).until(4500);
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: 'hello there' });
  });

  test('a terminal mark that never comes does not hold the floor', () => {
    const script = asked()
      .at(3000, ...start(2, 'Yes.', 500), end(2))
      .at(3500, { type: 'playout-dry', reply: 2, sentMs: 500 });
    expect(script.until(5500).log.at(-1)).toBe('5500 LISTENING');
  });
});

describe('the end', () => {
  test('the caller hangs up in mid-sentence: what was heard is kept', () => {
    const script = asked()
      .at(3000, ...start(2, 'one two three four', 2000))
      .at(3400, mark(2, 400));
    script.at(3500, { type: 'stream-end', reason: 'caller-hung-up' });
    expect(script.heard.slice(-2)).toEqual(['caller: are you open', 'agent: one two —']);
    expect(script.log.at(-1)).toBe('3500 call-close caller-hung-up');
    expect(nextDeadline(script.state, defaultSettings)).toBeUndefined();
  });

  test('the caller hangs up in mid-word: the partial is kept', () => {
    const script = greeted().at(1100, speech(1040)).at(1900, { type: 'transcript-partial', text: 'call me on' });
    script.at(2000, { type: 'stream-end', reason: 'caller-hung-up' });
    expect(script.heard.at(-1)).toBe('caller: call me on');
  });

  test('the longest call ends with a line, and the line cannot hold it up', () => {
    const script = greeted({ maxCallMs: 3_000 }).until(3_000);
    expect(script.log.slice(-2)).toEqual(['3000 line time-limit', '3000 THINKING']);
    script.at(3_100, ...start(2, 'Our time is up.', 60_000), end(2)).until(13_000);
    expect(script.log).toContain('13000 hang-up time-limit');
  });

  test('keys are words once the caller stops pressing', () => {
    const script = greeted()
      .at(1500, { type: 'digit', digit: '4' })
      .at(1800, { type: 'digit', digit: '2' })
      .until(3300);
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: '42' });
    const hash = greeted().at(1500, { type: 'digit', digit: '7' }).at(1600, { type: 'digit', digit: '#' });
    expect(historyOf(hash.state).at(-1)).toMatchObject({ text: '7' });
  });
});

describe('an answer begun ahead', () => {
  const speaking = () => greeted({ speculative: true }).at(1100, speech(1040));
  const pausing = () => speaking().at(2200, silence(2000));

  test('at half of the silence, on the words so far, and once', () => {
    const script = pausing().at(2210, final('are you open'), end(99)).until(2450);
    expect(script.log.slice(-3)).toEqual(['2225 answer-prepare', '2450 answer-start', '2450 THINKING']);
    expect(script.effects).toContainEqual({ type: 'answer-prepare', reply: 2, words: 'are you open' });
    expect(script.effects).toContainEqual({ type: 'answer-start', reply: 2 });
  });

  test('on a partial, and anew when the final says something else', () => {
    const same = speaking().at(1900, partial('Are you')).at(2200, silence(2000)).at(2400, final('are you'));
    expect(same.until(2450).log.filter((line) => line.endsWith('answer-prepare'))).toEqual(['2225 answer-prepare']);
    const other = speaking().at(1900, partial('are')).at(2200, silence(2000)).at(2400, final('are you open'));
    expect(other.until(2450).log.slice(-4)).toEqual([
      '2225 answer-prepare',
      '2400 answer-prepare',
      '2450 answer-start',
      '2450 THINKING',
    ]);
    const changing = pausing().at(2210, partial('are you')).at(2400, final('are you open'));
    expect(changing.until(2430).log.at(-1), 'a partial that still changes is not trusted').toBe('2400 answer-prepare');
  });

  test('is dropped when the caller goes on', () => {
    const script = pausing().at(2210, final('I want')).at(2300, speech(2280)).at(2350, sustained);
    expect(script.until(2449).log.slice(-2)).toEqual(['2225 answer-prepare', '2350 answer-drop']);
    script.at(3200, silence(3000)).at(3210, final('a table')).until(3450);
    expect(script.effects).toContainEqual({ type: 'answer-prepare', reply: 2, words: 'I want a table' });
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: 'I want a table' });
  });
});

describe('tools', () => {
  const exchanges = [{ id: 'a', name: 'find', arguments: '{}', result: '{"free":true}' }];

  test('keep the caller company while they run, and do not count against the brain', () => {
    const script = asked().at(2600, { type: 'tool-start', reply: 2 }).until(4_100);
    expect(script.log.slice(-2)).toEqual(['2600 caller: are you open', '4100 filler-play']);
    expect(script.until(18_200).log.filter((line) => line.endsWith('filler-play'))).toHaveLength(5);
    script.at(18_300, { type: 'tool-end', of: 2, exchanges }).at(18_500, ...start(2, 'It is.', 500), end(2));
    expect(script.at(19_000, played(2, 500)).heard).toEqual(['agent: Hello.', 'caller: are you open', 'agent: It is.']);
  });

  test('what they did stays in the history, after the question, even when their reply was interrupted', () => {
    const script = asked().at(2600, { type: 'tool-start', reply: 2 });
    script.at(2700, speech(2650)).at(2800, sustained).at(2900, { type: 'tool-end', of: 2, exchanges });
    script.at(3_500, silence(3_300)).at(3_510, final('and on Sunday')).until(3_750);
    expect(historyOf(script.state)).toEqual([
      { who: 'agent', text: 'Hello.' },
      { who: 'caller', text: 'are you open' },
      { who: 'tool', exchanges },
      { who: 'caller', text: 'and on Sunday' },
    ]);
  });
});

test('a recogniser that is lost for good ends the call with a line', () => {
  const script = greeted().at(3000, { type: 'recogniser-lost', code: 'provider-unavailable' });
  expect(script.log.at(-2)).toBe('3000 line failure');
  script.at(3100, ...start(2, 'Sorry.', 500), end(2)).at(3600, played(2, 500));
  expect(script.log.at(-1)).toBe('3600 hang-up recogniser-failed');
});

test('a long history is to be summarised in its older half, once', () => {
  const script = greeted({ summariseAfterTurns: 4 });
  for (let turn = 0; turn < 4; turn++) {
    const from = 3_000 + turn * 3_000;
    const reply = turn + 2;
    script
      .at(from, speech(from))
      .at(from + 500, silence(from + 400))
      .at(from + 510, final(`question ${turn}`));
    script.at(from + 1_000, ...start(reply, `Answer ${turn}.`, 500), end(reply)).at(from + 1_500, played(reply, 500));
  }
  const asked = script.effects.filter(({ type }) => type === 'summary-start');
  expect(asked).toEqual([
    { type: 'summary-start', turns: 2 },
    { type: 'summary-start', turns: 4 },
    { type: 'summary-start', turns: 6 },
  ]);
  script.at(
    16_000,
    { type: 'summary', text: 'Questions were asked.', turns: 4 },
    { type: 'summary', text: '', turns: 2 },
  );
  expect(script.state.memory.summary).toEqual({ text: 'Questions were asked.', turns: 4 });
  expect(historyOf(script.state)).toHaveLength(9);
});
