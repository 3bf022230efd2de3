/** Plays one fault as a whole call: the real server, the real adapters, and a caller at the other end of the line. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME_BYTES, FRAME_MS } from '../../src/audio/frame.ts';
import { encodeMulaw } from '../../src/audio/mulaw.ts';
import { parseWav } from '../../src/audio/wav.ts';
import { readJournal } from '../../src/call/journal.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import { type Kav, openKav } from '../../src/cli/wire.ts';
import { createBabbleVoice } from '../../src/simulator/babble-voice.ts';
import { Ear, type Span } from '../../src/simulator/ear.ts';
import { placeCall } from '../../src/simulator/place-call.ts';
import { createSpeak, prepareScenario, type Script } from '../../src/simulator/prepare-scenario.ts';
import { checkScenario } from '../../src/simulator/scenario.ts';
import type { Finding as Cause } from '../../src/why/causes/cause.ts';
import { findCauses } from '../../src/why/rca.ts';
import { storyOf } from '../../src/why/story.ts';
import { LINES } from './conversation.ts';
import type { Fault } from './fault.ts';
import { type CallToJudge, type Finding, findOut } from './findings.ts';
import { environment } from './prepared-speech.ts';
import { CallProgress } from './progress.ts';
import { openVendors, type Vendors } from './vendors.ts';

const PATIENCE_MS = 700;
/** How long vendors may take to notice that a server that was closed has gone. */
const HANG_UP_MS = 1_000;

/** `preparedDir` is a data directory whose speech is there already. */
export async function playFault(fault: Fault, preparedDir: string): Promise<Finding> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-fault-'));
  const progress = new CallProgress(fault.lines ?? LINES);
  const vendors = await openVendors(fault, progress);
  try {
    const speech = path.join(dataDir, 'speech');
    if (!fault.isFirstStart) await cp(path.join(preparedDir, 'speech'), speech, { recursive: true });
    if (fault.isFirstStart) progress.callBegins();
    return await callKav(fault, { vendors, progress, dataDir });
  } finally {
    progress.close();
    await vendors.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Stage {
  readonly vendors: Vendors;
  readonly progress: CallProgress;
  readonly dataDir: string;
}

async function callKav(fault: Fault, { vendors, progress, dataDir }: Stage): Promise<Finding> {
  const kav = await openKav(environment({ ...vendors.env, ...fault.env, KAV_DATA_DIR: dataDir }), false);
  let call: Omit<CallToJudge, 'causes'>;
  try {
    await kav.ready;
    progress.callBegins();
    call = await converse(kav, fault, { vendors, progress, dataDir });
  } finally {
    await kav.close();
  }
  const finding = findOut({ ...call, causes: await causesIn(kav.journalFolder) });
  for (const until = performance.now() + HANG_UP_MS; vendors.open() > 0 && performance.now() < until; ) await sleep(20);
  if (vendors.open() === 0) return finding;
  return { ...finding, problems: [...finding.problems, `${vendors.open()} connections to vendors are left open`] };
}

/** The call has one journal, unless it lost its stream. */
async function causesIn(folder: string): Promise<readonly Cause[]> {
  const names = (await readdir(folder)).sort();
  const journals = await Promise.all(names.map((name) => readJournal(path.join(folder, name))));
  return journals.flatMap((journal) => findCauses(storyOf(journal)));
}

async function converse(
  kav: Kav,
  fault: Fault,
  { vendors, progress, dataDir }: Stage,
): Promise<Omit<CallToJudge, 'causes'>> {
  const { lines = LINES, patienceMs = PATIENCE_MS } = fault;
  const script = await prepareCaller(lines, patienceMs);
  const lengths = script.steps.flatMap((step) => (step.type === 'say' ? [step.clip.speech] : []));
  const callerSpans: Span[] = [];
  const report = await placeCall({
    clock: createRealClock(),
    baseUrl: kav.url,
    authToken: kav.authToken,
    from: '+15551230001',
    to: '+15551230000',
    script,
    recordDir: dataDir,
    journalPath: (callSid) => path.join(kav.journalFolder, `${callSid}.jsonl`),
    view: {
      show: (item) => {
        if (item.type !== 'caller') return;
        const { from, to } = lengths[callerSpans.length] ?? { from: 0, to: 0 };
        callerSpans.push({ from: item.at, to: item.at + to - from });
        progress.lineBegins();
      },
    },
  });
  const agentSpans = await spansOf(report.files.recording);
  const metrics = await (await fetch(`${kav.url}/metrics`)).text();
  return {
    fault,
    lines: lines.slice(0, callerSpans.length),
    patienceMs,
    report,
    metrics,
    callerSpans,
    agentSpans,
    hasStruck: vendors.haveStruck(),
  };
}

/** The caller's voice is tones: the recognisers on loopback hear no words anyway. */
async function prepareCaller(lines: readonly string[], patienceMs: number): Promise<Script> {
  const scenario = checkScenario(
    {
      name: 'provider fault',
      steps: [
        'wait-for-agent',
        ...lines.flatMap((say) => [{ say }, { 'wait-for-agent': { 'quiet-ms': patienceMs } }]),
        'hang-up',
      ],
    },
    'bench/faults',
  );
  const voice = createBabbleVoice();
  return prepareScenario(scenario, createSpeak(voice, scenario));
}

/** When the agent was audible, to the very end of the call. */
async function spansOf(recording: string | undefined): Promise<readonly Span[]> {
  if (recording === undefined) return [];
  const [, agent = new Int16Array()] = parseWav(await readFile(recording)).channels;
  const ear = new Ear();
  for (const [index, frame] of [...framesOf(encodeMulaw(agent))].entries()) ear.hear(frame, index * FRAME_MS);
  return ear.spans;
}

function* framesOf(audio: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < audio.length; at += FRAME_BYTES) yield audio.subarray(at, at + FRAME_BYTES);
}
