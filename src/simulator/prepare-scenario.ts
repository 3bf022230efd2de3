import { resolve } from 'node:path';
import { encodeSpeech } from '../call/encode-speech.ts';
import type { TextToSpeech } from '../providers/contracts.ts';
import { loadRecordedAudio } from '../providers/recorded-audio.ts';
import type { CallerStep } from './caller.ts';
import { type Clip, createClip } from './clip.ts';
import type { Scenario, ScenarioExpectation, ScenarioStep } from './scenario.ts';

const WAIT_FOR_AGENT = { quietMs: 700, timeoutMs: 20_000 };
const SAY_OVER = { afterMs: 1_000, timeoutMs: 15_000 };

/** A scenario with all its audio, ready to be called with. */
export interface Script {
  readonly name: string;
  readonly steps: readonly CallerStep[];
  readonly expect: readonly ScenarioExpectation[];
  readonly seed?: number;
  readonly lingerMs?: number;
}

/** Makes the caller's voice. */
export type Speak = (text: string) => Promise<Clip>;
/** Reads a recording as µ-law. */
export type Load = (path: string) => Promise<Uint8Array>;

interface AudioSource {
  readonly speak: Speak;
  readonly load: Load;
}

/** Speaks each line once, however often it is said. */
export function createSpeak(voice: TextToSpeech, scenario: Scenario): Speak {
  const spoken = new Map<string, Promise<Clip>>();
  return (text) => {
    const clip = spoken.get(text) ?? speakLine(voice, scenario, text);
    spoken.set(text, clip);
    return clip;
  };
}

/** Makes all audio before the call, so that nothing waits during it. */
export async function prepareScenario(
  scenario: Scenario,
  speak: Speak,
  load: Load = loadRecordedAudio,
): Promise<Script> {
  const steps: CallerStep[] = [];
  // One after the other: the local voice is one worker, and lines that repeat are then found spoken.
  for (const step of scenario.steps) steps.push(await prepareStep(step, scenario.directory, { speak, load }));
  return {
    name: scenario.name,
    steps,
    expect: scenario.expect,
    lingerMs: scenario['linger-ms'],
    ...(scenario.seed === undefined ? {} : { seed: scenario.seed }),
  };
}

async function prepareStep(step: ScenarioStep, directory: string, { speak, load }: AudioSource): Promise<CallerStep> {
  if (step === 'wait-for-agent') return { type: 'wait-for-agent', ...WAIT_FOR_AGENT };
  if (typeof step === 'string') return { type: step };
  if ('wait' in step) return { type: 'wait', ms: step.wait };
  if ('silence' in step) return { type: 'silence', ms: step.silence };
  if ('say' in step) return { type: 'say', text: step.say, clip: await speak(step.say) };
  if ('dtmf' in step) return { type: 'dtmf', digits: step.dtmf };
  if ('play' in step) {
    const audio = await load(resolve(directory, step.play));
    return { type: 'play', file: step.play, clip: createClip(audio) };
  }
  if ('wait-for-agent' in step) {
    const { 'quiet-ms': quietMs = WAIT_FOR_AGENT.quietMs, 'timeout-ms': timeoutMs = WAIT_FOR_AGENT.timeoutMs } =
      step['wait-for-agent'];
    return { type: 'wait-for-agent', quietMs, timeoutMs };
  }
  const over = typeof step['say-over'] === 'string' ? { text: step['say-over'] } : step['say-over'];
  const { text, 'after-ms': afterMs = SAY_OVER.afterMs, 'timeout-ms': timeoutMs = SAY_OVER.timeoutMs } = over;
  return { type: 'say-over', text, clip: await speak(text), afterMs, timeoutMs };
}

async function speakLine(voice: TextToSpeech, { caller }: Scenario, text: string): Promise<Clip> {
  const session = voice.open({
    callSid: 'caller',
    language: caller.language ?? 'en-US',
    ...(caller.voice === undefined ? {} : { voice: caller.voice }),
  });
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeSpeech(session.synthesize(text, new AbortController().signal))) pieces.push(piece);
    return createClip(Buffer.concat(pieces));
  } finally {
    await session.close();
  }
}
