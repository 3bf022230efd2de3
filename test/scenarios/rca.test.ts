/** Calls with one planted fault each: `kav rca` names it, and names it first. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tool } from '../../src/call/tool.ts';
import { ProviderError } from '../../src/core/errors.ts';
import type { Brain, BrainEvent, SpeechToText, TextToSpeech } from '../../src/providers/contracts.ts';
import { createFakeBrain, FAKE_REPLY } from '../../src/providers/fake/brain.ts';
import { createFakeTextToSpeech } from '../../src/providers/fake/text-to-speech.ts';
import { createResilientBrain } from '../../src/providers/resilience/brain.ts';
import { ProviderHealth } from '../../src/providers/resilience/health.ts';
import { createCannedRecogniser } from '../../src/providers/scripted/canned-session.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import type { CauseName, Finding } from '../../src/why/causes/cause.ts';
import { findCauses } from '../../src/why/rca.ts';
import { storyOf } from '../../src/why/story.ts';
import {
  hangUp,
  type KeptJournal,
  Line,
  type LineOptions,
  Office,
  type OfficeOptions,
  run,
  say,
  sayOver,
  wait,
  waitForAgent,
  wholeCall,
} from './whole-call.ts';

type Steps = Parameters<typeof wholeCall>[0];

const CONVERSATION: Steps = [waitForAgent, say(1_200), waitForAgent, say(900), waitForAgent, hangUp];

const findings = (journal: KeptJournal): readonly Finding[] => findCauses(storyOf(journal));

const brainOf = (respond: ReturnType<Brain['open']>['respond']): Brain => ({
  name: 'planted',
  open: () => ({ respond, close: async () => {} }),
  close: async () => {},
});

const failure = new ProviderError(
  { provider: 'planted', operation: 'brain', code: 'provider-failed', retryable: true },
  'planted',
);

/** Hears these words, the last ones again and again. */
const hears =
  (...words: readonly string[]) =>
  (clock: VirtualClock): SpeechToText =>
    createCannedRecogniser({
      name: 'canned',
      caveat: '',
      clock,
      textOf: (utterance) => words[Math.min(utterance, words.length - 1)]!,
      finalMs: 50,
    });

/** Gives a final once more, so long after the first. */
const twice =
  (afterMs: number) =>
  (clock: VirtualClock): SpeechToText => {
    const inner = hears('when are you open tomorrow')(clock);
    return {
      ...inner,
      open: (options) =>
        inner.open({
          ...options,
          onEvent: (event) => {
            options.onEvent(event);
            if (event.type === 'final') clock.at(clock.now() + afterMs, () => options.onEvent(event));
          },
        }),
    };
  };

/** Takes so long for what was not spoken ahead. */
const slowVoice =
  (ms: number) =>
  (clock: VirtualClock): TextToSpeech => {
    const quick = createFakeTextToSpeech({ clock, env: {}, warn: () => {} });
    return {
      ...quick,
      open: (options) => {
        const session = quick.open(options);
        return {
          ...session,
          async *synthesize(text, signal) {
            if (text === FAKE_REPLY[0].trim()) await wake(clock, ms);
            yield* session.synthesize(text, signal);
          },
        };
      },
    };
  };

const wake = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.at(clock.now() + ms, resolve));

/** Asks for the tool once, and answers then. */
const asksForTool = brainOf(async function* ({ history, opening }): AsyncGenerator<BrainEvent> {
  if (opening) return;
  const last = history.at(-1);
  if (last?.who === 'tool') yield { type: 'text', text: 'That is done for you now.' };
  else yield { type: 'tool-call', id: 'a', name: 'work', arguments: '{}' };
});

const work = (run: Parameters<typeof tool>[0]['run']) => ({
  work: tool({ description: 'Works.', input: z.object({}), run }),
});

interface Planted {
  readonly what: string;
  readonly cause: CauseName;
  readonly level: Finding['level'];
  readonly steps?: Steps;
  readonly options?: OfficeOptions & LineOptions;
  readonly who?: string;
}

const PLANTED: readonly Planted[] = [
  {
    what: 'a model whose first word takes 2.8 s',
    cause: 'model',
    level: 'felt',
    who: 'fake',
    options: { env: { KAV_FAKE_BRAIN_MS: '2800' } },
  },
  {
    what: 'a model that fails whatever it is asked',
    cause: 'model',
    level: 'ended',
    steps: [waitForAgent, say(1_200), waitForAgent, say(1_200), wait(20_000)],
    options: {
      brain: () =>
        brainOf(async function* ({ opening }) {
          if (!opening) throw failure;
          yield { type: 'text', text: 'What can I do for you?' };
        }),
    },
  },
  {
    what: 'a model that is down, with another behind it',
    cause: 'model',
    level: 'blemish',
    who: 'planted',
    options: {
      brain: (clock, { onNews }) => {
        const broken = brainOf(async function* ({ opening }) {
          if (!opening) throw failure;
          yield* [];
        });
        const health = new ProviderHealth({ clock, onNews });
        return createResilientBrain([broken, createFakeBrain({ clock, env: {}, warn: () => {} })], {
          clock,
          health,
          onNews,
        });
      },
    },
  },
  {
    what: 'a voice whose first audio takes 1.8 s',
    cause: 'voice',
    level: 'felt',
    options: { tts: slowVoice(1_800) },
  },
  {
    what: 'a recogniser whose words come 2 s late',
    cause: 'recogniser',
    level: 'felt',
    options: { env: { KAV_FAKE_STT_MS: '2000' } },
  },
  {
    what: 'a recogniser that understands nothing',
    cause: 'not-understood',
    level: 'felt',
    options: { stt: hears('') },
  },
  {
    what: 'a network that loses a fifth of the audio',
    cause: 'lost-audio',
    level: 'felt',
    options: { net: { lossRate: 0.2 } },
  },
  {
    what: 'a carrier that falls silent',
    cause: 'carrier-silent',
    level: 'ended',
    options: { net: { stalls: [{ atMs: 5_000, forMs: 60_000 }] } },
  },
  {
    what: "the agent's words coming back as the caller's",
    cause: 'echo',
    level: 'felt',
    steps: [waitForAgent, say(1_200), waitForAgent, hangUp],
    options: { stt: hears('this is the test office') },
  },
  {
    what: 'a pause of 700 ms that is taken for the end',
    cause: 'early-answer',
    level: 'felt',
    steps: [waitForAgent, say(1_200), wait(600), say(1_400), waitForAgent, hangUp],
    options: {
      settings: { endpointing: 'fixed', endpointingMs: 300 },
      stt: hears('i would like to come', 'on monday at nine'),
    },
  },
  {
    what: 'an end of the turn that is waited for too long',
    cause: 'late-answer',
    level: 'felt',
    options: { settings: { endpointing: 'fixed', endpointingMs: 3_400 } },
  },
  {
    what: 'words that come twice, and no memory of them',
    cause: 'double-reply',
    level: 'felt',
    steps: [waitForAgent, say(1_200), wait(16_000), hangUp],
    options: { settings: { dedupWindowMs: 0 }, stt: twice(7_500) },
  },
  {
    what: 'noises over the agent, two of them',
    cause: 'false-barge-in',
    level: 'felt',
    steps: [
      waitForAgent,
      say(1_200),
      sayOver(300, 600),
      waitForAgent,
      say(1_000),
      sayOver(300, 600),
      waitForAgent,
      hangUp,
    ],
    options: { stt: hears('are you open', '', 'and on sunday', '') },
  },
  {
    what: 'an agent that does not let itself be interrupted',
    cause: 'talk-over',
    level: 'felt',
    steps: [waitForAgent, say(1_200), sayOver(2_400, 300), waitForAgent, hangUp],
    options: { settings: { bargeIn: false } },
  },
  {
    what: 'a tool that throws',
    cause: 'tool-failed',
    level: 'felt',
    who: 'work',
    options: {
      brain: () => asksForTool,
      tools: work(async () => {
        throw new Error('planted');
      }),
    },
  },
  {
    what: 'a machine that says the same again and again',
    cause: 'no-person',
    level: 'ended',
    steps: [waitForAgent, ...Array.from({ length: 8 }, () => [say(1_200), waitForAgent]).flat()],
    options: { stt: hears('thank you for calling how may I help you') },
  },
  {
    what: 'a pause, a model and a voice that each take their time, and none of them too much',
    cause: 'dead-air',
    level: 'felt',
    options: {
      settings: { endpointing: 'fixed', endpointingMs: 1_900, speculative: false, firstFillerMs: 10_000 },
      env: { KAV_FAKE_BRAIN_MS: '1200' },
      tts: slowVoice(800),
    },
  },
  {
    what: 'a caller who says nothing',
    cause: 'caller-silent',
    level: 'ended',
    steps: [waitForAgent, wait(60_000)],
  },
];

describe('the planted cause is named first', () => {
  test.each(PLANTED.map((planted) => [planted.what, planted] as const))('%s', async (_what, planted) => {
    const { journal } = await wholeCall(planted.steps ?? CONVERSATION, planted.options ?? {});
    const found = findings(journal);
    expect(found[0], JSON.stringify(found, undefined, 1)).toMatchObject({ cause: planted.cause, level: planted.level });
    if (planted.who !== undefined) expect(found[0]?.who).toBe(planted.who);
  });

  test('a slow tool', async () => {
    const office = new Office({
      brain: () => asksForTool,
      tools: work(() => wake(office.clock, 6_000)),
    });
    const journal = await callIn(office, CONVERSATION);
    expect(findings(journal)[0]).toMatchObject({ cause: 'tool-slow', level: 'felt' });
  });

  test('words that were understood, and the server ended the call over them', async () => {
    const office = new Office({
      settings: { endpointing: 'fixed', endpointingMs: 4_000 },
      stt: hears('when are you open'),
    });
    const journal = await callIn(office, [waitForAgent, say(1_200), wait(30_000)], () =>
      office.clock.at(office.clock.now() + 7_000, () => void office.desk.endCalls()),
    );
    expect(findings(journal)[0]).toMatchObject({ cause: 'missed-words', level: 'felt' });
  });

  test('a caller who waits for an answer that is not even begun, and hangs up', async () => {
    const office = new Office({
      settings: { endpointing: 'fixed', endpointingMs: 60_000 },
      stt: hears('when are you open'),
    });
    const journal = await callIn(office, [waitForAgent, say(1_200), wait(8_000), hangUp]);
    const [first] = findings(journal);
    expect(first).toMatchObject({ cause: 'missed-words', level: 'felt' });
    expect(first?.evidence[0]?.text).toBe('"when are you open" was never answered');
  });

  test('words that the record has lost', async () => {
    const { journal } = await wholeCall(CONVERSATION, { stt: hears('when are you open', 'and on sunday') });
    const entries = journal.entries.map((entry) => ({
      ...entry,
      effects: entry.effects.filter((effect) => effect.type !== 'turn-finished' || effect.turn.who !== 'caller'),
    }));
    const [first] = findings({ ...journal, entries });
    expect(first).toMatchObject({ cause: 'missed-words', level: 'felt' });
    expect(first?.evidence.map(({ text }) => text)).toEqual([
      '"when are you open" is in no turn',
      '"and on sunday" is in no turn',
    ]);
  });

  test('a socket that dies', async () => {
    const office = new Office();
    const journal = await callIn(office, CONVERSATION, (line) =>
      office.clock.at(office.clock.now() + 6_000, () => line.cut()),
    );
    expect(findings(journal)[0]).toMatchObject({ cause: 'socket-lost', level: 'ended' });
  });

  test("Twilio's stream-error, with its code", async () => {
    const office = new Office();
    const journal = await callIn(office, CONVERSATION, ({ callSid, streamSid }) =>
      office.clock.at(office.clock.now() + 6_000, () => office.desk.streamFailed(callSid, streamSid, 31_924)),
    );
    const [first] = findings(journal);
    expect(first).toMatchObject({ cause: 'stream-error', level: 'ended' });
    expect(first?.evidence[0]?.text).toContain('31924');
  });

  test('a bug of our own', async () => {
    let isPlanted = true;
    const { journal } = await wholeCall(CONVERSATION, {
      onEntry: (_callSid, { event }) => {
        if (event.type !== 'transcript-final' || !isPlanted) return;
        isPlanted = false;
        throw new TypeError('planted');
      },
    });
    const [first] = findings(journal);
    expect(first).toMatchObject({ cause: 'own-bug', level: 'ended' });
    expect(first?.evidence[0]?.text).toBe('TypeError: planted');
  });
});

describe('nothing is found when all is well', () => {
  test.each<[string, Steps, (OfficeOptions & LineOptions)?]>([
    ['two questions', CONVERSATION],
    ['an interruption', [waitForAgent, say(1_200), sayOver(1_500, 900), waitForAgent, hangUp]],
    ['a jittery network', CONVERSATION, { net: { latencyMs: 60, jitterMs: 40 } }],
    ['the caller hangs up at once', [wait(500), hangUp]],
    ['the caller hangs up right after the last words', [waitForAgent, say(1_200), wait(300), hangUp]],
    ['a tool that works', CONVERSATION, { brain: () => asksForTool, tools: work(async () => ({ done: true })) }],
  ])('%s', async (_what, steps, options = {}) => {
    const { journal } = await wholeCall(steps, options);
    expect(findings(journal)).toEqual([]);
  });
});

async function callIn(office: Office, steps: Steps, onLine: (line: Line) => void = () => {}): Promise<KeptJournal> {
  await office.runtime.prepare();
  const line = new Line(office, 1, steps);
  line.phone.start();
  onLine(line);
  await run(office, [line], 60_000);
  return office.journals.get(line.callSid)!;
}
