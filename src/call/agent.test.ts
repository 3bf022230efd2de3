import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import frontDesk from '../../agents/front-desk.ts';
import leah from '../../agents/leah.ts';
import { ConfigError } from '../core/errors.ts';
import { flow } from '../providers/flow/flow.ts';
import { uninterruptible } from '../text/line.ts';
import { type AgentDefinition, defineAgent, parseAgent } from './agent.ts';
import { defaultLines } from './agent-lines.ts';

const visit = flow({ name: 'visit', language: 'en-US', questions: [{ slot: 'day', kind: 'date', ask: 'Which day?' }] });

const minimal: AgentDefinition = {
  name: 'Desk',
  language: 'en-US',
  greeting: 'Hello, this is an automated assistant.',
  brain: visit,
  stt: 'scripted',
  tts: 'flite',
};

function faultOf(value: unknown): { key: string; message: string } {
  try {
    parseAgent(value, 'desk.ts');
  } catch (error) {
    if (error instanceof ConfigError) return { key: error.key, message: error.message };
    throw error;
  }
  throw new Error('the agent was accepted');
}

describe('a sound agent', () => {
  test('has every chain as a list, and every line and limit filled in', () => {
    const agent = defineAgent(minimal);
    expect(agent.brain).toEqual([visit]);
    expect([agent.stt, agent.tts]).toEqual([['scripted'], ['flite']]);
    expect(agent.lines).toEqual(defaultLines('en-US'));
    expect(agent.limits).toEqual({ maxCallMinutes: 30, noInputSeconds: 8, noInputPrompts: 2 });
  });

  test('keeps its own lines and limits beside the defaults', () => {
    const agent = defineAgent({ ...minimal, lines: { goodbye: 'Bye.' }, limits: { noInputPrompts: 0 } });
    expect(agent.lines.goodbye).toBe('Bye.');
    expect(agent.lines.filler).toBe(defaultLines('en-US').filler);
    expect(agent.limits).toEqual({ maxCallMinutes: 30, noInputSeconds: 8, noInputPrompts: 0 });
  });

  test('records its calls when it says what the caller is told', () => {
    const consent = 'This call is recorded.';
    expect(defineAgent(minimal).recording).toBeUndefined();
    expect(defineAgent({ ...minimal, recording: { consent } }).recording).toEqual({ consent, segmentSeconds: 10 });
  });

  test('is itself a definition', () => {
    const agent = defineAgent({ ...minimal, recording: { consent: 'This call is recorded.', segmentSeconds: 5 } });
    expect(defineAgent(agent)).toEqual(agent);
    expect(parseAgent(agent, 'desk.ts')).toEqual(agent);
  });

  test('keeps the order of its chains', () => {
    const agent = defineAgent({ ...minimal, brain: ['openai:gpt-5', visit], stt: ['google', 'scripted'] });
    expect(agent.brain).toEqual(['openai:gpt-5', visit]);
    expect(agent.stt).toEqual(['google', 'scripted']);
  });

  test('may greet with a recording, which is found beside the file', () => {
    const { greeting: _, ...rest } = minimal;
    const parsed = parseAgent({ ...rest, greetingAudio: 'audio/hello.mp3' }, 'agents/desk.ts');
    expect(parsed.greetingAudio).toBe(resolve('agents/audio/hello.mp3'));
    expect(parseAgent(parsed, 'agents/desk.ts').greetingAudio).toBe(parsed.greetingAudio);
  });
});

describe('a faulty agent is a ConfigError that names the field', () => {
  test.each([
    ['nothing at all', undefined, 'desk.ts', /export default defineAgent/],
    ['a text', 'Desk', 'desk.ts', /export default defineAgent/],
    ['no name', { ...minimal, name: undefined }, 'desk.ts: name', /is missing\. Give the agent a name/],
    ['a name that is no text', { ...minimal, name: 7 }, 'desk.ts: name', /must be a text, not a number/],
    ['no language', { ...minimal, language: undefined }, 'desk.ts: language', /is missing/],
    ['a language that is no tag', { ...minimal, language: 'english please' }, 'desk.ts: language', /BCP 47/],
    ['a blank greeting', { ...minimal, greeting: '  ' }, 'desk.ts: greeting', /is empty/],
    ['no greeting of either kind', { ...minimal, greeting: undefined }, 'desk.ts: greeting', /or greetingAudio/],
    [
      'a greeting in a format we cannot play',
      { ...minimal, greetingAudio: 'a.ogg' },
      'desk.ts: greetingAudio',
      /Convert/,
    ],
    ['a blank part of a greeting', { ...minimal, greeting: ['Hi.', ''] }, 'desk.ts: greeting[1]', /is empty/],
    ['a greeting of no parts', { ...minimal, greeting: [] }, 'desk.ts: greeting', /empty list/],
    ['a greeting that is a number', { ...minimal, greeting: 7 }, 'desk.ts: greeting', /must be a text, not a number/],
    [
      'a blank line that must be heard',
      { ...minimal, lines: { goodbye: uninterruptible('') } },
      'desk.ts: lines.goodbye',
      /is empty/,
    ],
    [
      'half of a recording that must be heard',
      { ...minimal, greeting: ['Hi.', uninterruptible('We record.')], greetingAudio: 'a.wav' },
      'desk.ts: greeting',
      /one piece/,
    ],
    ['no brain', { ...minimal, brain: undefined }, 'desk.ts: brain', /is missing/],
    ['a brain that is a number', { ...minimal, brain: 5 }, 'desk.ts: brain', /not a number/],
    ['an empty chain', { ...minimal, stt: [] }, 'desk.ts: stt', /empty list/],
    ['a number in a chain', { ...minimal, stt: ['google', 5] }, 'desk.ts: stt[1]', /not a number/],
    ['a provider with capitals', { ...minimal, tts: 'Google' }, 'desk.ts: tts', /lower case/],
    ['a faulty flow', { ...minimal, brain: ['openai', { ...visit, name: '' }] }, 'desk.ts: brain[1]: name', /is empty/],
    ['something that is no flow', { ...minimal, brain: { model: 'x' } }, 'desk.ts: brain: name', /is missing/],
    ['a flow in another language', { ...minimal, language: 'he-IL' }, 'desk.ts: brain.language', /Make them the same/],
    ['an unknown key', { ...minimal, greting: 'Hi' }, 'desk.ts', /unknown key "greting"\. Did you mean "greeting"\?/],
    ['a key like no other', { ...minimal, zzzzzzzzz: 1 }, 'desk.ts', /Known are: name, language/],
    ['an unknown line', { ...minimal, lines: { 'good-bye': 'Bye' } }, 'desk.ts: lines', /"goodbye"/],
    ['an empty line', { ...minimal, lines: { goodbye: '' } }, 'desk.ts: lines.goodbye', /is empty/],
    ['an unknown limit', { ...minimal, limits: { maxCallMinute: 5 } }, 'desk.ts: limits', /"maxCallMinutes"/],
    [
      'a call without end',
      { ...minimal, limits: { maxCallMinutes: 241 } },
      'desk.ts: limits.maxCallMinutes',
      /1 to 240/,
    ],
    ['a recording without consent', { ...minimal, recording: {} }, 'desk.ts: recording.consent', /is missing\. Give/],
    ['a consent of no words', { ...minimal, recording: { consent: ' ' } }, 'desk.ts: recording.consent', /is empty/],
    ['a recording that is only wished', { ...minimal, recording: true }, 'desk.ts: recording', /must be an object/],
    [
      'a segment of an hour',
      { ...minimal, recording: { consent: 'We record.', segmentSeconds: 3600 } },
      'desk.ts: recording.segmentSeconds',
      /2 to 60/,
    ],
    ['half a prompt', { ...minimal, limits: { noInputPrompts: 0.5 } }, 'desk.ts: limits.noInputPrompts', /0 to 5/],
    ['no patience', { ...minimal, limits: { noInputSeconds: 2 } }, 'desk.ts: limits.noInputSeconds', /3 to 60/],
  ])('%s', (_name, value, key, message) => {
    const found = faultOf(value);
    expect(found.key).toBe(key);
    expect(found.message).toMatch(message);
  });

  test('when it is declared, too', () => {
    expect(() => defineAgent({ ...minimal, name: '' })).toThrow(ConfigError);
  });
});

describe('words that must be heard', () => {
  test('may be a part of the greeting, and any fixed line', () => {
    const greeting = [uninterruptible('This call is recorded.'), 'How can I help?'];
    const parsed = parseAgent({ ...minimal, greeting, lines: { goodbye: uninterruptible('Bye.') } }, 'desk.ts');
    expect(parsed.greeting).toEqual(greeting);
    expect(parsed.lines.goodbye).toEqual(uninterruptible('Bye.'));
    expect(parseAgent(parsed, 'desk.ts')).toEqual(parsed);
  });
});

describe('fixed lines', () => {
  test('are there in Hebrew and English, and English serves for the rest', () => {
    expect(defaultLines('he-IL').filler).toMatch(/\p{sc=Hebrew}/u);
    expect(defaultLines('iw-IL')).toBe(defaultLines('he'));
    expect(defaultLines('fr-FR')).toBe(defaultLines('en-GB'));
  });

  test('say something under every name, short enough to be spoken in one breath or two', () => {
    for (const language of ['he', 'en']) {
      for (const line of Object.values(defaultLines(language))) {
        expect(line).toMatch(/\p{L}/u);
        expect(line.length).toBeLessThan(120);
      }
    }
  });
});

describe('the agents that come with Kav', () => {
  test('the front desk works offline', () => {
    expect(frontDesk).toMatchObject({ language: 'en-US', stt: ['pocketsphinx', 'scripted'], tts: ['flite'] });
    expect(frontDesk.brain.map((entry) => typeof entry)).toEqual(['object']);
  });

  test('Leah prefers a model and falls back on her flow', () => {
    expect(leah).toMatchObject({
      language: 'he-IL',
      stt: ['google', 'deepgram', 'scripted'],
      tts: ['google', 'azure', 'fake'],
    });
    expect(leah.brain).toEqual(['openai', 'anthropic', expect.objectContaining({ kind: 'flow' })]);
  });

  test.each([frontDesk, leah])('introduce themselves as automated: $name', ({ greeting }) => {
    expect(greeting).toMatch(/automated assistant|העוזרת הקולית/u);
  });
});
