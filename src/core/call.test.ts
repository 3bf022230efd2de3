import { describe, expect, test } from 'vitest';
import { type CallState, historyOf, initialCall, nextDeadline, step } from './call.ts';
import type { CallEffect, CallEventBody } from './call-event.ts';
import { sustainMs } from './interruption.ts';
import { type CallSettings, defaultSettings } from './settings.ts';
import { floorOf } from './turn.ts';

/** Plays events at their times, lets deadlines fire in between, and notes what the core wanted and when. */
class Script {
  state: CallState = initialCall;
  readonly log: string[] = [];
  readonly effects: CallEffect[] = [];
  #now = 0;
  readonly #settings: CallSettings;

  constructor(settings: Partial<CallSettings> = {}) {
    this.#settings = { ...defaultSettings, speculative: false, ...settings };
  }

  at(ms: number, ...events: CallEventBody[]): this {
    this.until(ms);
    for (const event of events) this.#take(event);
    return this;
  }

  until(ms: number): this {
    for (let due = this.#due(); due !== undefined && due <= ms; due = this.#due()) {
      this.#now = Math.max(this.#now, due);
      this.#take({ type: 'deadline' });
    }
    this.#now = ms;
    return this;
  }

  get heard(): string[] {
    return this.state.transcript.map(({ who, text, interrupted }) => `${who}: ${text}${interrupted ? ' —' : ''}`);
  }

  #due(): number | undefined {
    return nextDeadline(this.state, this.#settings);
  }

  #take(event: CallEventBody): void {
    const [state, effects] = step(this.state, { ...event, at: this.#now }, this.#settings);
    this.state = state;
    this.effects.push(...effects);
    for (const effect of effects) this.log.push(`${this.#now} ${describeEffect(effect)}`);
  }
}

function describeEffect(effect: CallEffect): string {
  switch (effect.type) {
    case 'line-start':
      return `line ${effect.line}`;
    case 'state-change':
      return effect.state;
    case 'hang-up':
    case 'call-close':
      return `${effect.type} ${effect.reason}`;
    case 'turn-finished':
      return `${effect.turn.who}: ${effect.turn.text}`;
    case 'barge-in':
      return `barge-in after ${effect.heardMs}`;
    default:
      return effect.type;
  }
}

const start = (reply: number, text: string, audioMs: number): CallEventBody[] => [
  { type: 'sentence-start', reply, text },
  { type: 'playout-start', reply },
  { type: 'sentence-end', reply, audioMs },
];
const end = (reply: number, hangUp = false): CallEventBody => ({ type: 'reply-end', reply, hangUp });
const played = (reply: number, playedMs: number, generation = 0): CallEventBody => ({
  type: 'mark',
  reply,
  generation,
  playedMs,
  last: true,
});
const mark = (reply: number, playedMs: number, generation = 0): CallEventBody => ({
  type: 'mark',
  reply,
  generation,
  playedMs,
  last: false,
});
const speech = (since: number): CallEventBody => ({ type: 'speech-start', since });
const sustained: CallEventBody = { type: 'speech-sustained' };
const silence = (since: number): CallEventBody => ({ type: 'speech-end', since });
const partial = (text: string): CallEventBody => ({ type: 'transcript-partial', text });
const final = (text: string): CallEventBody => ({ type: 'transcript-final', text });

/** A call whose greeting has been played: the caller may speak from 1000 on. */
function greeted(settings: Partial<CallSettings> = {}): Script {
  return new Script(settings)
    .at(0, { type: 'call-start' }, ...start(1, 'Hello.', 1000), end(1))
    .at(1000, played(1, 1000));
}

/** … who has said something and is being answered from 2450 on. */
function asked(settings: Partial<CallSettings> = {}): Script {
  const script = greeted(settings).at(1100, speech(1040)).at(2200, silence(2000)).at(2300, final('are you open'));
  script.log.length = 0;
  return script.until(2450);
}

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

describe('barge-in', () => {
  const speaking = (settings?: Partial<CallSettings>): Script =>
    asked(settings)
      .at(3000, ...start(2, 'one two three four five', 2300))
      .at(3400, mark(2, 400))
      .at(3800, mark(2, 800));

  test('the caller takes the floor, and only what was heard remains', () => {
    const script = speaking().at(3900, speech(3840)).at(3950, partial('wait')).at(4000, sustained);
    expect(script.log.slice(3)).toEqual([
      '4000 barge-in after 1000',
      '4000 caller: are you open',
      '4000 agent: one two three',
      '4000 reply-cancel',
      '4000 playout-clear',
      '4000 LISTENING',
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
    expect(needed(script)).toBe(bargeInPatientMs);
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
    expect(script.log.some((line) => line.startsWith('4000 barge-in'))).toBe(true);
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
