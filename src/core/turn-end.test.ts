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
import type { CallSettings } from './settings.ts';

const VOICEMAIL = 'please leave a message after the tone';
/** One such turn is enough. */
const AT_ONCE = { machinePhrases: 1 };
const lines = (script: Script) => script.log.filter((entry) => /line|answer-start|hang-up/.test(entry));
const says = (script: Script, at: number, words: string): Script =>
  script
    .at(at, speech(at))
    .at(at + 1_000, silence(at + 900))
    .at(at + 1_050, final(words))
    .until(at + 1_400);
const speak = (script: Script, at: number, reply: number, text: string): Script =>
  script.at(at, ...start(reply, text, 1_000), end(reply)).at(at + 1_000, played(reply, 1_000));
const check = (script: Script, at: number, reply = 2): Script => {
  const line: CallEventBody[] = [
    { type: 'sentence-start', reply, text: 'Am I speaking with a person?', line: 'person-check' },
    { type: 'playout-start', reply },
    { type: 'sentence-end', reply, audioMs: 1_000 },
    end(reply),
  ];
  return script.at(at, ...line).at(at + 1_000, played(reply, 1_000));
};
const suspected = (): Script => check(says(greeted(AT_ONCE), 1_500, VOICEMAIL), 3_000);

describe('a suspected machine', () => {
  test('is asked whether it is a person, and sent away politely when it goes on', () => {
    const script = says(suspected(), 4_500, 'for sales press one');
    expect(lines(script)).toEqual(['2850 line person-check', '5850 line no-person']);
    script.at(6_000, ...start(3, 'Goodbye.', 900), end(3)).at(6_900, played(3, 900));
    expect(script.log.at(-1)).toBe('6900 hang-up no-person');
    expect(script.until(9_000).heard.at(-1)).toBe(`caller: ${VOICEMAIL} for sales press one`);
  });

  test('that says it is a person is answered, and the brain hears nothing of the question', () => {
    const script = says(suspected(), 4_500, 'yes I am');
    expect(lines(script)).toEqual(['2850 line person-check', '5850 answer-start']);
    expect(historyOf(script.state)).toEqual([
      { who: 'agent', text: 'Hello.' },
      { who: 'caller', text: VOICEMAIL },
    ]);
    expect(script.heard, 'the record has all of it').toEqual([
      'agent: Hello.',
      'agent: Am I speaking with a person?',
      'caller: yes I am',
    ]);
    speak(script, 6_000, 3, 'I see.');
    expect(lines(says(script, 7_500, VOICEMAIL)).at(-1), 'a person is not asked again for that').toBe(
      '8850 answer-start',
    );
  });

  test('that says something else is answered all of it', () => {
    const script = says(suspected(), 4_500, 'that is what your machine said to me');
    expect(historyOf(script.state).at(-1)?.who).toBe('caller');
    expect(historyOf(script.state).at(-1)).toMatchObject({ text: `${VOICEMAIL} that is what your machine said to me` });
  });

  test('"yes" over the question is the answer, not a backchannel', () => {
    const script = says(greeted(AT_ONCE), 1_500, VOICEMAIL);
    script.at(3_000, { type: 'sentence-start', reply: 2, text: 'Am I speaking with a person?', line: 'person-check' });
    script.at(3_000, { type: 'playout-start', reply: 2 }, { type: 'sentence-end', reply: 2, audioMs: 1_500 }, end(2));
    script.at(3_500, speech(3_440)).at(3_600, sustained).at(3_900, silence(3_800)).at(4_000, final('yes')).until(4_600);
    expect(lines(script)).toEqual(['2850 line person-check', '4250 answer-start']);
  });

  test('that falls silent is prompted as everybody is, and then sent away', () => {
    const script = suspected().until(11_000);
    speak(speak(script, 11_100, 3, 'Still here.').until(19_100), 19_200, 4, 'Still here.').until(27_300);
    expect(lines(script).slice(1)).toEqual(['11000 line no-input', '19100 line no-input', '27200 line no-person']);
  });
});

describe('sound without words', () => {
  const music = (settings = {}) => greeted(settings).at(2_000, speech(1_900)).at(2_100, sustained);

  test('for a minute is asked about, and half a minute later the call ends', () => {
    const script = check(music().until(61_900), 62_000).until(92_000);
    expect(lines(script)).toEqual(['61900 line person-check', '91900 line no-person']);
  });

  test('in pieces counts as well', () => {
    const script = music();
    for (let at = 3_000; at < 66_000; at += 1_500) {
      script.at(at, silence(at - 100)).at(at + 100, final(''));
      if (at < 64_500) script.at(at + 1_000, speech(at + 940));
      const reply = script.state.turn.replies;
      if (script.log.at(-1)?.endsWith('THINKING')) speak(script, at + 1_050, reply, 'Pardon?');
    }
    expect(lines(script).some((entry) => /person-check|goodbye/.test(entry))).toBe(true);
  });

  test('with a word in it is somebody, who is answered although it goes on', () => {
    const script = music().at(30_000, partial('hello there')).until(33_500);
    expect(script.log.slice(-2)).toEqual(['33450 answer-start', '33450 THINKING']);
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: 'hello there' });
  });

  test('in pieces after the words: a radio gets no turn of its own, but each piece the time for a first word', () => {
    const script = greeted().at(2_000, speech(1_900)).at(2_400, partial('a table')).at(3_000, silence(2_800));
    script.at(3_100, final('a table for two')).at(3_200, speech(3_160)).at(4_380, silence(4_180));
    script.at(4_580, speech(4_500)).until(5_249);
    expect(script.log.at(-1)).toMatch(/LISTENING/);
    expect(script.until(5_250).log.slice(-2)).toEqual(['5250 answer-start', '5250 THINKING']);
  });

  test('behind words that are not finished: they are answered as they are, and their final is not answered again', () => {
    const script = greeted()
      .at(2_000, speech(1_900))
      .at(2_400, partial('a table'))
      .at(2_900, partial('a table for two'));
    expect(script.until(6_350).log.slice(-2)).toEqual(['6350 answer-start', '6350 THINKING']);
    script.at(6_500, ...start(2, 'For when?', 500), end(2)).at(7_000, played(2, 500));
    const { length } = script.log;
    script.at(9_000, silence(8_800)).at(9_100, final('a table for two')).until(10_000);
    expect(script.log.slice(length)).toEqual([]);
  });

  test('somebody who was quiet beside a radio says "yes", and is listened to', () => {
    const script = check(music().until(61_900), 62_000)
      .at(63_500, silence(63_300))
      .at(63_600, final('yes'))
      .until(64_500);
    expect(lines(script)).toEqual(['61900 line person-check']);
    expect(script.log.at(-1)).toBe('63750 caller: yes');
    expect(historyOf(script.state)).toEqual([{ who: 'agent', text: 'Hello.' }]);
    expect(lines(script.until(72_000)).at(-1)).toMatch(/line no-input/);
  });

  test('and may be quiet beside it for as long as the call lasts', () => {
    let script = music();
    for (let n = 0, from = 1_900; n < 4; n++, from += 66_000) {
      if (n > 0) script.at(from, speech(from)).at(from + 100, sustained);
      script = check(script.until(from + 60_000), from + 60_100, n + 2);
      script
        .at(from + 61_500, silence(from + 61_400))
        .at(from + 61_600, final('yes'))
        .until(from + 62_500);
    }
    expect(lines(script).map((entry) => entry.split(' ').at(-1))).toEqual(Array(4).fill('person-check'));
  });

  test('a cough and then silence is silence', () => {
    const script = greeted({ noInputMs: 60_000 })
      .at(2_000, speech(1_900))
      .at(2_200, silence(2_100))
      .at(2_300, final(''));
    expect(lines(script.until(62_300))).toEqual(['62300 line no-input']);
  });

  test('a journal of the past suspects nobody', () => {
    const past = { noPersonMs: undefined } as unknown as Partial<CallSettings>;
    expect(lines(music(past).until(600_000))).toEqual([]);
    expect(lines(says(greeted(past), 1_500, VOICEMAIL))).toEqual(['2850 answer-start']);
  });
});
