import { expect, test } from 'vitest';
import { defaultSettings } from '../core/settings.ts';
import { createFakeBrain } from '../providers/fake/brain.ts';
import { createFakeSpeechToText } from '../providers/fake/speech-to-text.ts';
import { createFakeTextToSpeech } from '../providers/fake/text-to-speech.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { textOf, uninterruptible } from '../text/line.ts';
import { defaultLines } from './agent-lines.ts';
import { AgentRuntime } from './agent-runtime.ts';
import { AgentVersions, keepMarks, type VersionWords } from './agent-versions.ts';

const words = (version: number, greeting: string): VersionWords => ({
  version,
  greeting,
  instructions: `task ${version}`,
});

function bench() {
  const clock = new VirtualClock();
  const context = { clock, env: {}, warn: () => {} };
  const spoken: string[] = [];
  const tts = createFakeTextToSpeech(context);
  let closed = 0;
  const voice = {
    ...tts,
    open: (options: Parameters<typeof tts.open>[0]) => {
      const session = tts.open(options);
      return {
        ...session,
        synthesize: (text: string, signal: AbortSignal) => {
          spoken.push(text);
          return session.synthesize(text, signal);
        },
      };
    },
    close: async () => void closed++,
  };
  const file = new AgentRuntime({
    name: 'Test',
    language: 'en-US',
    tools: {},
    greeting: [uninterruptible('This call is recorded.'), 'Hello.'],
    instructions: 'task of the file',
    lines: defaultLines('en-US'),
    settings: defaultSettings,
    stt: createFakeSpeechToText(context),
    brain: createFakeBrain(context),
    tts: voice,
  });
  const store = { published: undefined as VersionWords | undefined, isAway: false, asked: 0 };
  const errors: unknown[] = [];
  const versions = new AgentVersions({
    file,
    clock,
    published: async () => {
      store.asked++;
      if (store.isAway) throw new Error('away');
      return store.published;
    },
    read: async (version) => (version < 10 ? words(version, `Draft ${version}.`) : undefined),
    onError: (error) => errors.push(error),
  });
  return { clock, errors, file, spoken, store, versions, closed: () => closed };
}

test('what is published is heard from the next call on, its greeting spoken ahead, and the file’s again afterwards', async () => {
  const { file, spoken, store, versions } = bench();
  await file.prepare();
  spoken.length = 0;
  const before = versions.agentFor();
  store.published = words(3, 'Good day.');
  await versions.refresh();
  const runtime = versions.agentFor();
  expect(before).toBe(file);
  expect(versions.current.version).toBe(3);
  expect(runtime.options.instructions).toBe('task 3');
  expect(runtime.greeting).toEqual(['Good day.']);
  expect(runtime.cache.get('Good day.')).toBeInstanceOf(Uint8Array);
  expect(spoken, 'only what is new is spoken').toEqual(['Good day.']);
  store.published = undefined;
  await versions.refresh();
  expect(versions.agentFor()).toBe(file);
  store.published = words(3, 'Good day.');
  await versions.refresh();
  expect(versions.agentFor(), 'a version that is known is not made anew').toBe(runtime);
});

test('news are looked for every minute, and a store that is away changes nothing', async () => {
  const { clock, errors, store, versions } = bench();
  store.published = words(1, 'One.');
  versions.watch();
  await versions.refresh();
  expect(versions.current.version).toBe(1);
  store.isAway = true;
  store.published = undefined;
  const asked = store.asked;
  await clock.advance(60_000);
  await versions.refresh();
  expect(store.asked).toBeGreaterThan(asked);
  expect([versions.current.version, errors.length > 0]).toEqual([1, true]);
  await versions.close();
  expect(clock.alarms).toBe(0);
});

test('a draft is heard by the call that asks for it alone, and not before it was made ready', async () => {
  const { file, versions } = bench();
  expect(versions.agentFor(4)).toBe(file);
  expect(await versions.runtimeFor(99)).toBeUndefined();
  const draft = await versions.runtimeFor(4);
  expect(versions.agentFor(4)).toBe(draft);
  expect(versions.agentFor()).toBe(file);
  expect(versions.agentFor(0)).toBe(file);
});

test('a version shares the providers of the file, which outlive it', async () => {
  const { closed, file, versions } = bench();
  await versions.runtimeFor(1);
  await versions.close();
  await versions.close();
  expect(closed()).toBe(0);
  await file.close();
  expect(closed()).toBe(1);
});

test('what must be heard of the file’s greeting stays so in every version that says it', () => {
  const file = [uninterruptible('This call is recorded.'), 'Hello.', uninterruptible('You speak with a machine.')];
  const marked = keepMarks('Hi! This call is recorded. How are you? You speak with a machine.', file);
  expect(marked.map((line) => (typeof line === 'string' ? line : `!${textOf(line)}`))).toEqual([
    'Hi!',
    '!This call is recorded.',
    'How are you?',
    '!You speak with a machine.',
  ]);
  expect(keepMarks('Hello there.', file)).toEqual(['Hello there.']);
});
