import { describe, expect, test } from 'vitest';
import type { Brain, SpeechToText, TextToSpeech } from '../../providers/contracts.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { Finding } from '../finding.ts';
import type { ServingVendor } from '../probe/deployment.ts';
import { bareDeployment, probeOfDeployment } from '../probe/probe.fixture.ts';
import { isOtherScript, language } from './language.ts';

const told = (findings: readonly Finding[]): string[] => findings.map(({ title, verdict }) => `${verdict} ${title}`);

const nobody = { close: async () => {} };

function thinks(answer: string): Brain {
  async function* respond() {
    yield { type: 'text', text: answer } as const;
  }
  return { name: 'thinks', open: () => ({ ...nobody, respond }), ...nobody };
}

const speaks: TextToSpeech = {
  name: 'speaks',
  open: () => ({
    ...nobody,
    async *synthesize() {
      yield { encoding: 'mulaw', data: new Uint8Array(1_600).fill(0x20) } as const;
    },
  }),
  ...nobody,
};

const hears = (text: string): SpeechToText => ({
  name: 'hears',
  open: ({ onEvent }) => ({
    ...nobody,
    write: () => {},
    speechStarted: () => {},
    speechEnded: () => queueMicrotask(() => onEvent({ type: 'final', text })),
    expect: () => {},
  }),
  ...nobody,
});

interface Office {
  readonly language?: string;
  readonly serving?: readonly ServingVendor[];
  readonly heard?: string;
  readonly answered?: string;
}

function ask({ answered = 'שלום', heard = 'שלום', language: wanted = 'he-IL', serving = [] }: Office) {
  const deployment = {
    ...bareDeployment,
    openProviders: async () => ({
      ...nobody,
      ...{ language: wanted, voice: undefined, instructions: undefined, passedOver: [], news: () => [] },
      ...{ stt: hears(heard), brain: thinks(answered), tts: speaks, serving },
      context: { clock: new VirtualClock(), env: {}, warn: () => {} },
    }),
  };
  return language.run(probeOfDeployment(deployment));
}

const tts = (spec: string, voice?: string): ServingVendor => ({
  operation: 'tts',
  spec,
  ...(voice === undefined ? {} : { voice }),
});
const stt = (spec: string): ServingVendor => ({ operation: 'stt', spec });

describe('by what vendors document of Hebrew', () => {
  test.each<[ServingVendor, 'ok' | 'fail']>([
    [stt('google'), 'ok'],
    [stt('google:telephony'), 'fail'],
    [stt('deepgram'), 'ok'],
    [stt('deepgram:nova-2'), 'fail'],
    [stt('pocketsphinx'), 'fail'],
    [tts('google', 'he-IL-Chirp3-HD-Aoede'), 'ok'],
    [tts('google', 'en-US-Neural2-F'), 'fail'],
    [tts('elevenlabs'), 'ok'],
    [tts('elevenlabs:eleven_flash_v2_5'), 'fail'],
    [tts('azure', 'he-IL-HilaNeural'), 'ok'],
    [tts('azure', 'en-US-JennyNeural'), 'fail'],
    [tts('cartesia'), 'ok'],
    [tts('cartesia:sonic-2'), 'fail'],
    [tts('flite'), 'fail'],
  ])('%j: %s', async (one, verdict) => {
    const [found] = await ask({ serving: [one] });
    expect(found?.verdict).toBe(verdict);
    expect(found?.title).toContain(one.spec);
    if (verdict === 'fail') expect(found?.remedy).toMatch(/\.$/);
  });

  test('who only stands in is warned of', async () => {
    const found = await ask({ serving: [tts('google'), tts('cartesia:sonic-2')] });
    expect(told(found)).toEqual(['ok google (voice) knows he-IL', 'warn cartesia:sonic-2 (voice) does not know he-IL']);
  });

  test('of a model nothing is documented, and nothing is said', async () => {
    const found = await ask({ serving: [{ operation: 'brain', spec: 'openai:gpt-5' }] });
    expect(told(found)).toEqual(['ok Nothing is documented of he-IL for these vendors']);
  });
});

describe('by trial', () => {
  test('a recogniser that took the sentence for another language', async () => {
    expect(told(await ask({ heard: 'shalom ech efshar' }))).toEqual([
      'fail The recogniser writes another script than that of he-IL',
    ]);
  });

  test('a model that answers in another language', async () => {
    const [found] = await ask({ answered: 'Hello! How can I help you today?' });
    expect(found).toMatchObject({ verdict: 'warn', title: 'The model answers in another script than that of he-IL' });
    expect(found?.remedy).toContain('Hebrew');
  });

  test('words that were not understood, and vendors that are away, are no matter of language', async () => {
    expect(told(await ask({ heard: '', answered: '' }))).toEqual([
      'ok Nothing is documented of he-IL for these vendors',
    ]);
    expect(await language.run(probeOfDeployment(bareDeployment))).toEqual([]);
  });
});

test.each([
  ['שלום, WhatsApp', 'he-IL', false],
  ['Здравствуйте', 'he-IL', true],
  ['مرحبا', 'ar-EG', false],
  ['こんにちは世界', 'ja-JP', false],
  ['안녕하세요', 'ko-KR', false],
  ['你好', 'zh-CN', false],
  ['Bună ziua', 'ro-RO', false],
  ['שלום', 'en-US', true],
  ['12:30', 'he-IL', false],
])('%s as %s', (text, wanted, isOther) => {
  expect(isOtherScript(text, wanted)).toBe(isOther);
});
