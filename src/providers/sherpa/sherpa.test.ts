import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { ConfigError } from '../../core/errors.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { SpeechEvent, SpeechToText } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { isSherpaInstalled } from './availability.ts';
import { type EnginePort, SHERPA, SherpaEngine } from './engine.ts';
import { Listening } from './listening.ts';
import { findModel } from './model.ts';
import { configOf, type OnlineRecogniser } from './recogniser.ts';
import { type ServingPort, serve } from './serve.ts';
import { openSpeechToText } from './speech-to-text.ts';

const clock = createRealClock();
const HUM = Uint8Array.from({ length: 8_000 }, (_, i) => (i % 20 < 10 ? 0x20 : 0xa0));

interface CountingStream {
  pending: number[];
  loud: number;
  wordsOut: number;
  seconds: number;
  acceptWaveform(wave: { readonly samples: Float32Array; readonly sampleRate: number }): void;
}

/** Hears one of `words` for every 200 ms of sound, 200 ms late, as a model that looks ahead. */
class CountingRecogniser implements OnlineRecogniser<CountingStream> {
  readonly #words: readonly string[];
  readonly streams: CountingStream[] = [];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  createStream(): CountingStream {
    const stream: CountingStream = {
      pending: [],
      loud: 0,
      wordsOut: 0,
      seconds: 0,
      acceptWaveform({ samples, sampleRate }) {
        stream.seconds += samples.length / sampleRate;
        stream.pending.push(...samples);
      },
    };
    this.streams.push(stream);
    return stream;
  }

  isReady(stream: CountingStream): boolean {
    return stream.pending.length >= 1_600;
  }

  decode(stream: CountingStream): void {
    stream.wordsOut = stream.loud;
    if (stream.pending.splice(0, 1_600).some((sample) => Math.abs(sample) > 0.05)) stream.loud++;
  }

  getResult(stream: CountingStream): { readonly text: string } {
    return { text: ` ${this.#words.slice(0, stream.wordsOut).join(' ')}` };
  }

  reset(stream: CountingStream): void {
    stream.loud = 0;
    stream.wordsOut = 0;
  }
}

function openEngine(recogniser: OnlineRecogniser): { readonly engine: SherpaEngine; readonly close: () => void } {
  const { port1, port2 } = new MessageChannel();
  serve(port2 as unknown as ServingPort, recogniser);
  const engine = new SherpaEngine(port1 as unknown as EnginePort, clock);
  return { engine, close: () => port1.close() };
}

const words = ['אני', 'מחפשת', 'דירה', 'בתל', 'אביב'];
const shared = openEngine(new CountingRecogniser(words) as unknown as OnlineRecogniser);
afterAll(() => shared.close());

sttConformance('sherpa’s thread, with a model that counts', () => ({
  name: 'sherpa',
  open: ({ onEvent }) => shared.engine.open(onEvent),
  close: async () => {},
}));

describe('the near end of sherpa', () => {
  async function utter(recogniser: OnlineRecogniser, before: Uint8Array): Promise<readonly SpeechEvent[]> {
    const { engine, close } = openEngine(recogniser);
    const events: SpeechEvent[] = [];
    await new Promise<void>((resolve) => {
      const session = engine.open((event) => {
        events.push(event);
        if (event.type !== 'partial') resolve();
      });
      session.write(before);
      session.speechStarted();
      session.write(HUM);
      session.speechEnded();
    });
    await engine.close();
    close();
    return events;
  }

  test('shows the words as they grow, the last one from the tail', async () => {
    const events = await utter(new CountingRecogniser(words) as unknown as OnlineRecogniser, new Uint8Array(0));
    expect(events).toEqual([
      ...[1, 2, 3, 4, 5].map((count) => ({ type: 'partial', text: words.slice(0, count).join(' ') })),
      { type: 'final', text: words.join(' ') },
    ]);
  });

  test('hears 300 ms from before the speech, and a tail, and nothing of the silence', async () => {
    const recogniser = new CountingRecogniser(words);
    await utter(recogniser as unknown as OnlineRecogniser, new Uint8Array(80_000).fill(0xff));
    expect(recogniser.streams.map(({ seconds }) => seconds)).toEqual([expect.closeTo(0.3 + 1 + 0.3)]);
  });

  test('a decoder that throws ends its session, and no other', async () => {
    class Broken extends CountingRecogniser {
      override decode(stream: CountingStream): void {
        if (stream === this.streams[0]) throw new Error('out of memory');
        super.decode(stream);
      }
    }
    const { engine, close } = openEngine(new Broken(words) as unknown as OnlineRecogniser);
    const lastEventOf = () =>
      new Promise<SpeechEvent>((resolve) => {
        const session = engine.open((event) => {
          if (event.type !== 'partial') resolve(event);
        });
        session.speechStarted();
        session.write(HUM);
        session.speechEnded();
      });
    const [broken, whole] = await Promise.all([lastEventOf(), lastEventOf()]);
    expect(broken).toMatchObject({ type: 'error', error: { code: 'provider-failed', retryable: true } });
    expect(whole).toEqual({ type: 'final', text: words.join(' ') });
    await engine.close();
    close();
  });

  test('the death of the thread is the last that its sessions hear', async () => {
    const { engine, close } = openEngine(new CountingRecogniser(words) as unknown as OnlineRecogniser);
    const events: SpeechEvent[] = [];
    const session = engine.open((event) => events.push(event));
    engine.fail(brokenAnswer(SHERPA, 'the thread died'));
    session.speechStarted();
    session.speechEnded();
    await session.close();
    expect(events).toEqual([
      { type: 'error', error: expect.objectContaining({ provider: 'sherpa', code: 'provider-failed' }) },
    ]);
    close();
  });

  test('each utterance begins anew', () => {
    const partials: string[] = [];
    const recogniser = new CountingRecogniser(words) as unknown as OnlineRecogniser;
    const listening = new Listening(recogniser, (text) => partials.push(text));
    listening.hear(HUM.subarray(0, 3_200));
    expect(listening.end()).toBe('אני מחפשת');
    expect(listening.end()).toBe('');
    listening.hear(HUM.subarray(0, 3_200));
    expect(listening.end()).toBe('אני מחפשת');
    expect(partials).toEqual(['אני', 'אני']);
  });
});

describe('a folder with a model', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'kav-sherpa-'));
  afterAll(() => rmSync(root, { recursive: true }));

  function folderOf(prefix: string, names: readonly string[]): string {
    const folder = mkdtempSync(path.join(root, prefix));
    for (const name of names) writeFileSync(path.join(folder, name), 'garbage');
    return folder;
  }
  const open = (folder: string) =>
    openSpeechToText({ clock, env: { SHERPA_MODEL: folder }, warn: () => {} }, undefined);

  test.each([
    [
      'a transducer',
      'zipformer-',
      [
        'encoder-epoch-99-avg-1.int8.onnx',
        'encoder-epoch-99-avg-1.onnx',
        'decoder-epoch-99-avg-1.int8.onnx',
        'decoder-epoch-99-avg-1.onnx',
        'joiner-epoch-99-avg-1.onnx',
      ],
      {
        kind: 'transducer',
        encoder: 'encoder-epoch-99-avg-1.int8.onnx',
        decoder: 'decoder-epoch-99-avg-1.onnx',
        joiner: 'joiner-epoch-99-avg-1.onnx',
      },
    ],
    [
      'zipformer CTC',
      'streaming-zipformer-ctc-',
      ['ctc-epoch-20-avg-1.int8.onnx'],
      { kind: 'zipformer2Ctc', model: 'ctc-epoch-20-avg-1.int8.onnx' },
    ],
    ['NeMo CTC', 'nemo-streaming-fast-conformer-', ['model.onnx'], { kind: 'nemoCtc', model: 'model.onnx' }],
    ['an unnamed CTC', 'mine-', ['model.int8.onnx', 'model.onnx'], { kind: 'zipformer2Ctc', model: 'model.int8.onnx' }],
  ])('%s is known by its files', async (_label, prefix, names, expected) => {
    const folder = folderOf(prefix, ['tokens.txt', 'README.md', ...names]);
    const { kind, ...files } = expected;
    const paths = Object.fromEntries(Object.entries(files).map(([part, name]) => [part, path.join(folder, name)]));
    const model = await findModel(folder);
    expect(model).toEqual({ kind, tokens: path.join(folder, 'tokens.txt'), ...paths });
    expect(configOf(model)).toMatchObject({ modelConfig: { [kind]: paths, tokens: path.join(folder, 'tokens.txt') } });
  });

  test('a name across the seam of folder and file is none', async () => {
    const folder = path.join(folderOf('seam-', []), 'machine');
    mkdirSync(folder);
    for (const name of ['tokens.txt', 'model.onnx']) writeFileSync(path.join(folder, name), 'garbage');
    expect(await findModel(folder)).toMatchObject({ kind: 'zipformer2Ctc' });
  });

  test.each([
    [['model.onnx'], 'tokens.txt is missing'],
    [['tokens.txt', 'encoder.onnx', 'decoder.onnx'], 'joiner*.onnx is missing'],
    [['tokens.txt', 'joiner.onnx', 'decoder.onnx'], 'encoder*.onnx is missing'],
    [['tokens.txt', 'encoder.onnx', 'joiner.onnx'], 'decoder*.onnx is missing'],
    [['tokens.txt', 'lm.bin'], 'model*.onnx, is missing'],
  ])('with %j alone, it says that %s', async (names, problem) => {
    const error = await open(folderOf('part-', names)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ key: 'SHERPA_MODEL', problem: expect.stringContaining(problem) });
  });

  test('that is not there, or not named', async () => {
    await expect(open(path.join(root, 'nowhere'))).rejects.toThrow(/SHERPA_MODEL: the folder .*nowhere cannot be read/);
    expect(await openSpeechToText({ clock, env: {}, warn: () => {} }, undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('SHERPA_MODEL is not set'),
    });
  });

  test('of garbage is refused by the real library, and the process lives on', async () => {
    const folder = folderOf('bad-', ['tokens.txt', 'encoder.onnx', 'decoder.onnx', 'joiner.onnx']);
    await expect(open(folder)).rejects.toThrow(/SHERPA_MODEL: the model in .* does not load: .*Load model .* failed/);
  });
});

describe('the package', () => {
  test('is installed here, and its absence has a remedy', () => {
    expect(isSherpaInstalled()).toEqual({ ok: true });
    const elsewhere = createRequire(path.join(tmpdir(), 'nowhere.js'));
    expect(isSherpaInstalled(elsewhere.resolve)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('npm install sherpa-onnx-node'),
    });
  });
});

/** A folder with a real model, unpacked beside the sources by whoever has one: none is shipped. */
const realModel = path.resolve('models/sherpa');
const hasRealModel = await findModel(realModel).then(
  () => true,
  () => false,
);

describe.skipIf(!hasRealModel)('a real model (skipped: there is none in models/sherpa)', () => {
  let recogniser: SpeechToText | undefined;
  afterAll(() => recogniser?.close());

  test('loads', async () => {
    const offer = await openSpeechToText({ clock, env: {}, warn: () => {} }, realModel);
    recogniser = offer.ok ? offer.provider : undefined;
    expect(offer.ok).toBe(true);
  });

  sttConformance('sherpa with a real model', () => ({
    name: 'sherpa',
    open: (options) => recogniser!.open(options),
    close: async () => {},
  }));
});
