import { describe, expect, test } from 'vitest';
import { historyOf } from './call.ts';
import type { CallEventBody } from './call-event.ts';
import {
  asked,
  end,
  final,
  greeted,
  mark,
  partial,
  played,
  Script,
  silence,
  speech,
  start,
  sustained,
} from './call-script.fixture.ts';
import { sustainMs } from './interruption.ts';
import { type CallSettings, defaultSettings } from './settings.ts';
import { floorOf } from './turn.ts';

describe('barge-in', () => {
  const speaking = (settings?: Partial<CallSettings>): Script =>
    asked(settings)
      .at(3000, ...start(2, 'one two three four five', 2300))
      .at(3400, mark(2, 400))
      .at(3800, mark(2, 800));

  test('the caller takes the floor, and only what was heard remains', () => {
    const script = speaking().at(3900, speech(3840)).at(3950, partial('wait')).at(4000, sustained);
    expect(script.log.slice(3)).toEqual([
      '3950 barge-in after 950',
      '3950 caller: are you open',
      '3950 agent: one two three',
      '3950 reply-cancel',
      '3950 playout-clear',
      '3950 LISTENING',
    ]);
    expect(script.state.transcript.at(-1)).toMatchObject({ interrupted: true, intended: 'one two three four five' });
  });

  test('marks that the clear sent back are not taken as played', () => {
    const script = speaking().at(3900, speech(3840)).at(3950, partial('wait')).at(4000, sustained);
    script.at(4050, mark(2, 1200), played(2, 2300));
    expect(script.heard.at(-1)).toBe('agent: one two three —');
    expect(floorOf(script.state.turn)).toBe('LISTENING');
  });

  test('in the first moments of a reply nothing interrupts; then the caller who still speaks does', () => {
    const script = asked()
      .at(3000, ...start(2, 'one two three', 1300))
      .at(3010, speech(2950))
      .at(3110, sustained);
    expect(script.log.at(-1)).toBe('3000 SPEAKING');
    expect(script.until(3200).log.at(-1)).toBe('3200 playout-pause');
    expect(script.at(3300, partial('on Sunday')).log).toContain('3300 barge-in after 200');
  });

  test('a cough is no barge-in', () => {
    const script = speaking().at(3900, speech(3840)).at(3990, silence(3930)).at(4050, final(''));
    expect(script.at(5400, end(2), played(2, 2300)).heard.at(-1)).toBe('agent: one two three four five');
  });

  test('speech that lasts takes the floor before a word is understood; without words the agent then asks', () => {
    const script = speaking().at(3900, speech(3840)).at(4000, sustained).until(5000);
    expect(script.log.slice(3, 5)).toEqual(['4000 playout-pause', '4940 barge-in after 1000']);
    script.at(5300, silence(5100)).at(5400, final('')).until(6_650);
    expect(script.log.at(-2)).toBe('6600 line not-heard');
  });

  test('speech that lasts without words is a radio, if the recogniser shows words as they are spoken', () => {
    const script = speaking();
    script.at(3700, speech(3640)).at(3750, partial('mhm')).at(3900, silence(3800)).at(4000, final('mhm'));
    script.at(4200, speech(4140)).at(4300, sustained).until(5300);
    expect(script.log.at(-1)).toMatch(/^5240 playout-resume/);
  });

  test('more speech is needed over the greeting, and once the agent fell silent for nothing', () => {
    const needed = ({ state }: Script) => sustainMs(state.turn, defaultSettings);
    const { bargeInMs, bargeInPatientMs, sustainMs: listeningMs } = defaultSettings;
    expect(needed(greeted())).toBe(listeningMs);
    expect(needed(new Script().at(0, { type: 'call-start' }).at(100, ...start(1, 'Hello.', 1000)))).toBe(
      bargeInPatientMs,
    );
    const script = speaking();
    expect(needed(script)).toBe(bargeInMs);
    script.at(3900, speech(3840)).at(4000, sustained).at(4200, silence(4100)).at(4250, final(''));
    expect(needed(script)).toBe((bargeInMs + bargeInPatientMs) / 2);
  });

  const greeting = () =>
    new Script().at(0, { type: 'call-start' }).at(100, ...start(1, 'one two three four five', 2_300));

  test('over the greeting the agent goes on as soon as the sound has ended; words that follow stop it again', () => {
    const script = greeting().at(1_000, speech(900)).at(1_300, sustained).at(1_480, silence(1_360));
    expect(script.log.slice(-2)).toEqual(['1300 playout-pause', '1480 playout-resume']);
    script.at(1_490, { type: 'playout-start', reply: 1, fromMs: 1_200 }).at(1_600, partial('stop that'));
    expect(script.log).toContain('1600 LISTENING');
  });

  test('over an answer it waits for the words of a sound that has ended, and goes on with those of a backchannel', () => {
    const script = speaking().at(3900, speech(3840)).at(4000, sustained).at(4_200, silence(4_080));
    expect(script.log.at(-1)).toBe('4000 playout-pause');
    expect(script.at(4_230, partial('yeah')).log.at(-1)).toBe('4230 playout-resume');
    const known = speaking().at(3900, speech(3840)).at(4000, sustained).at(4_100, partial('yeah'));
    expect(known.at(4_200, silence(4_080)).log.at(-1)).toBe('4200 playout-resume');
  });

  test('the first of two words may become a backchannel, or anything else', () => {
    const script = speaking().at(3900, speech(3840)).at(4000, sustained).at(4_100, partial('I'));
    expect(script.log.at(-1)).toBe('4000 playout-pause');
    expect(script.at(4_200, silence(4_080)).log.at(-1)).toBe('4000 playout-pause');
    expect(script.at(4_400, partial('I see')).log.at(-1)).toBe('4400 playout-resume');
    const other = speaking().at(3900, speech(3840)).at(4000, sustained).at(4_100, partial('I'));
    expect(other.at(4_300, partial('I want')).log).toContain('4300 barge-in after 1000');
  });

  test('words of speech that is no more than a noise stop the agent, unless it says them itself', () => {
    const short = () => speaking().at(3900, speech(3840)).at(4_080, silence(3_960));
    expect(short().at(4_200, partial('wait')).log).toContain('4200 barge-in after 1200');
    expect(short().at(4_200, partial('three')).log.at(-1)).toBe('3000 SPEAKING');
    expect(short().at(4_200, partial('mhm')).log.at(-1)).toBe('3000 SPEAKING');
  });

  const pausing = () => speaking().at(3900, speech(3840)).at(4000, sustained);
  const resumed = (script: Script) => {
    expect(script.log.at(-1)).toMatch(/playout-resume$/);
    return script
      .at(5_100, { type: 'playout-start', reply: 2, fromMs: 1_040 })
      .at(6_400, end(2), played(2, 2_300, 1))
      .heard.at(-1);
  };

  test('a noise without words: the agent goes on where it was heard, and says everything once', () => {
    const script = pausing().at(4300, silence(4150)).at(4400, final(''));
    expect(script.log.slice(3)).toEqual(['4000 playout-pause', '4400 playout-resume']);
    expect(resumed(script)).toBe('agent: one two three four five');
  });

  test('a recogniser that says nothing at all: the agent goes on after a moment', () => {
    const script = pausing().at(4300, silence(4150)).until(5_060);
    expect(script.log.at(-1)).toBe('5050 playout-resume');
  });

  test.each(['mhm', 'כן כן', 'Okay.', 'אהה'])('%s is no interruption, and no turn either', (words) => {
    const script = pausing().at(4100, partial(words)).at(4300, silence(4150)).at(4400, final(words));
    expect(resumed(script)).toBe('agent: one two three four five');
    expect(script.until(7_500).log.at(-1)).toBe('6400 LISTENING');
  });

  test('a backchannel too soft for the detector is no turn either', () => {
    const script = speaking().at(4_000, final('mhm')).at(5_300, end(2), played(2, 2_300));
    expect(script.heard.at(-1)).toBe('agent: one two three four five');
    expect(script.until(6_500).log.at(-1)).toBe('5300 LISTENING');
  });

  test('the words of a backchannel that come first do not even pause the agent; real ones then stop it', () => {
    const script = speaking().at(3900, speech(3840)).at(3950, partial('okay')).at(4000, sustained);
    expect(script.log.at(-1)).toBe('3000 SPEAKING');
    expect(script.at(4200, partial('okay but wait')).log).toContain('4200 barge-in after 1200');
  });

  test('"yes" to a question that has just been asked is an answer', () => {
    const script = asked()
      .at(3000, ...start(2, 'Shall I book it?', 800), end(2))
      .at(3400, mark(2, 400))
      .at(3800, mark(2, 800));
    script.at(3900, speech(3840)).at(3950, partial('yes')).at(4000, sustained);
    expect(script.log.some((line) => line.startsWith('3950 barge-in'))).toBe(true);
  });

  test('words that come after the agent went on still stop it', () => {
    const script = pausing().at(4300, silence(4150)).until(5_060);
    script.at(5_070, { type: 'playout-start', reply: 2, fromMs: 1_040 }).at(5_200, final('stop that'));
    expect(script.log.at(-1)).toBe('5200 LISTENING');
    expect(historyOf(script.until(5_400).state).at(-1)).toMatchObject({ who: 'caller', text: 'stop that' });
  });

  test('only a filler was heard: the question is asked again with what follows', () => {
    const script = asked().until(5_500);
    const filler: CallEventBody = { type: 'sentence-start', reply: 2, text: 'One moment.', line: 'filler' };
    script.at(5_510, filler, { type: 'playout-start', reply: 2 }, { type: 'sentence-end', reply: 2, audioMs: 800 });
    script.at(5_800, speech(5_740)).at(5_900, sustained);
    script.at(6_500, silence(6_300)).at(6_600, final('on Sunday')).until(6_750);
    expect(historyOf(script.state).slice(1)).toEqual([
      { who: 'agent', text: 'One moment.' },
      { who: 'caller', text: 'are you open on Sunday' },
    ]);
  });

  test('BARGE_IN=false: the agent finishes, then answers what was said meanwhile', () => {
    const script = speaking({ bargeIn: false })
      .at(3900, speech(3840))
      .at(4000, sustained)
      .at(4600, silence(4400))
      .at(4700, final('stop'));
    expect(script.until(5000).log.at(-1)).toBe('3000 SPEAKING');
    script.at(5300, end(2), played(2, 2300)).until(5300);
    expect(script.log.slice(-2)).toEqual(['5300 answer-start', '5300 THINKING']);
  });

  test('a goodbye is not interrupted', () => {
    const script = asked()
      .at(3000, ...start(2, 'Goodbye.', 900), end(2, true))
      .at(3200, speech(3140));
    expect(script.at(3900, played(2, 900)).log.at(-1)).toBe('3900 hang-up agent-finished');
    expect(script.until(6000).log.at(-1)).toBe('5900 call-close agent-finished');
  });
});
