import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigError, NotFoundError } from '../core/errors.ts';
import type { TextToSpeech } from '../providers/contracts.ts';
import { createSpeak, prepareScenario } from './prepare-scenario.ts';
import { checkScenario, loadScenario, parseScenario } from './scenario.ts';

const YAML = `
name: Book an appointment
caller: { voice: rms, from: "+15550001", language: en-US }
steps:
  - wait-for-agent
  - wait-for-agent: { quiet-ms: 900 }
  - say: "A cleaning, please."
  - say-over: "No."
  - say-over: { text: "Stop.", after-ms: 300, timeout-ms: 4000 }
  - wait: 500
  - silence: 200
  - cough
  - play: audio/hello.wav
  - dtmf: "12#"
  - hang-up
expect:
  - no-warnings
  - agent-replies: { min: 2 }
  - ended-by: caller
  - outcome: { status: completed, slots: { day: "mon.*" } }
`;

const clip = { audio: new Uint8Array(160), speech: { from: 0, to: 20 } };
const speakClip = () => Promise.resolve(clip);
const loadPath = (path: string) => Promise.resolve(Buffer.from(path));

test('a scenario becomes a script', async () => {
  const scenario = parseScenario(YAML, '/scenarios/book.yaml');
  expect(scenario).toMatchObject({ caller: { voice: 'rms' }, directory: '/scenarios', 'linger-ms': 15_000 });
  expect(await prepareScenario(scenario, speakClip, loadPath)).toEqual({
    name: 'Book an appointment',
    lingerMs: 15_000,
    expect: scenario.expect,
    steps: [
      { type: 'wait-for-agent', quietMs: 700, timeoutMs: 20_000 },
      { type: 'wait-for-agent', quietMs: 900, timeoutMs: 20_000 },
      { type: 'say', text: 'A cleaning, please.', clip },
      { type: 'say-over', text: 'No.', clip, afterMs: 1_000, timeoutMs: 15_000 },
      { type: 'say-over', text: 'Stop.', clip, afterMs: 300, timeoutMs: 4_000 },
      { type: 'wait', ms: 500 },
      { type: 'silence', ms: 200 },
      { type: 'cough' },
      {
        type: 'play',
        file: 'audio/hello.wav',
        clip: { audio: Buffer.from('/scenarios/audio/hello.wav'), speech: { from: 0, to: 3.25 } },
      },
      { type: 'dtmf', digits: '12#' },
      { type: 'hang-up' },
    ],
  });
});

test('each line is spoken once by the caller’s voice, and turned into telephone audio', async () => {
  const spoken: string[] = [];
  const voice: TextToSpeech = {
    name: 'tone',
    open: (options) => ({
      async *synthesize(text) {
        spoken.push(`${options.voice} ${options.language} ${text}`);
        const data = Int16Array.from({ length: 3_200 }, (_, i) => 8_000 * Math.sin(i / 6));
        yield { encoding: 'pcm16', sampleRateHz: 16_000, data };
        yield { encoding: 'mulaw', data: new Uint8Array(800).fill(0xff) };
      },
      close: () => Promise.resolve(),
    }),
    close: () => Promise.resolve(),
  };
  const speak = createSpeak(voice, parseScenario(YAML, 'x.yaml'));
  const [first, again] = await Promise.all([speak('Hello.'), speak('Hello.')]);
  expect(spoken).toEqual(['rms en-US Hello.']);
  expect(again).toBe(first);
  expect(first.audio).toHaveLength(2_400);
  expect(first.speech).toEqual({ from: 0, to: 200 });
});

test('the scenario of the demo is right', async () => {
  const demo = await loadScenario(new URL('scenarios/book-appointment.yaml', import.meta.url).pathname);
  const { steps } = await prepareScenario(demo, speakClip, loadPath);
  expect(steps.filter(({ type }) => type === 'say-over')).toHaveLength(1);
  expect(steps.some((step) => step.type === 'say' && step.text === 'Banana umbrella.')).toBe(true);
});

describe('a fault is named with its line and field', () => {
  const head = 'name: x\nsteps:\n  - cough\n';

  test.each([
    ['an unknown step', `${head}  - shout: hello\n`, /line 4, steps\[1\]: there is no step "shout"/],
    ['an unknown bare step', `${head}  - sneeze\n`, /line 4, steps\[1\]: there is no step "sneeze"/],
    ['a wrong value', `${head}  - wait: long\n`, /line 4, steps\[1\]\.wait: .*expected number/],
    [
      'a wrong field inside',
      `${head}  - wait-for-agent: { quiet: 5 }\n`,
      /line 4, steps\[1\]\.wait-for-agent: .*"quiet"/,
    ],
    ['a wrong kind of value', `${head}  - say-over: 5\n`, /line 4, steps\[1\]\.say-over: cannot be 5/],
    ['words missing', `${head}  - say: ""\n`, /line 4, steps\[1\]\.say: needs some words/],
    ['a wrong key', `${head}  - dtmf: "12x"\n`, /line 4, steps\[1\]\.dtmf: takes the keys/],
    ['no steps', 'name: x\nsteps: []\n', /line 2, steps: too small/],
    ['no name', 'steps:\n  - cough\n', /name: .*expected string/],
    ['an unknown field', `${head}expects: []\n`, /the file: .*"expects"/],
    [
      'an unknown expectation',
      `${head}expect:\n  - no-errors\n`,
      /line 5, expect\[0\]: there is no expectation "no-errors"/,
    ],
    [
      'a wrong limit',
      `${head}expect:\n  - barge-in-ms: { max: -1 }\n`,
      /line 5, expect\[0\]\.barge-in-ms\.max: too small/,
    ],
    ['a wrong pattern', `${head}expect:\n  - agent-said: ["("]\n`, /agent-said\[0\]: is not a regular expression/],
    ['no YAML', 'name: "x\n', /not YAML/],
  ])('%s', (_, yaml, message) => {
    expect(() => parseScenario(yaml, 'calls/x.yaml')).toThrow(ConfigError);
    expect(() => parseScenario(yaml, 'calls/x.yaml')).toThrow(message);
  });

  test('an object has fields but no lines', () => {
    const fault = () => checkScenario({ name: 'x', steps: [{ wait: -1 }] }, 'x.ts');
    expect(fault).toThrow(/^x\.ts: steps\[0\]\.wait: too small/);
  });
});

describe('files', () => {
  const directories: string[] = [];
  afterEach(async () => {
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
  });

  async function write(name: string, text: string): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'kav-scenario-'));
    directories.push(directory);
    await writeFile(join(directory, name), text);
    return join(directory, name);
  }

  test('YAML and TypeScript are loaded', async () => {
    expect((await loadScenario(await write('a.yaml', YAML))).name).toBe('Book an appointment');
    const module = `export default { name: 'ts', steps: ['hang-up' as const] };`;
    expect(await loadScenario(await write('a.ts', module))).toMatchObject({ name: 'ts', steps: ['hang-up'] });
  });

  test('a missing file, a broken module and an unknown kind say so', async () => {
    await expect(loadScenario('nowhere.yaml')).rejects.toThrow(NotFoundError);
    await expect(loadScenario('nowhere.ts')).rejects.toThrow(NotFoundError);
    await expect(loadScenario(await write('b.ts', 'export default {'))).rejects.toThrow(/cannot be loaded/);
    await expect(loadScenario('call.json')).rejects.toThrow(/cannot be read from "\.json"/);
  });
});
