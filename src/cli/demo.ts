import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRealClock } from '../call/real-clock.ts';
import { placeCall } from '../simulator/place-call.ts';
import { renderReport } from '../simulator/render-report.ts';
import type { CallReport } from '../simulator/report.ts';
import { loadScenario, type Scenario } from '../simulator/scenario.ts';
import { PACKAGE_ROOT } from './agent-file.ts';
import { createTerminalView, exitCodeOf, prepareScript } from './call.ts';
import type { ExitCode } from './exit-codes.ts';
import { type Kav, openKav } from './wire.ts';

export interface DemoOptions {
  readonly agent?: string;
  readonly scenario?: string;
  /** `loopback`: the adapters of real vendors, against servers on this machine. Left out: what the agent finds here. */
  readonly providers?: 'loopback';
  readonly out: string;
}

const SCENARIOS = path.join(PACKAGE_ROOT, 'src', 'simulator', 'scenarios');
/** Who is called by whom, when nobody says otherwise. */
const DEFAULTS = {
  local: { agent: undefined, scenario: path.join(SCENARIOS, 'book-appointment.yaml') },
  loopback: {
    agent: path.join(PACKAGE_ROOT, 'agents', 'leah.ts'),
    scenario: path.join(SCENARIOS, 'flat-wanted-with-model.yaml'),
  },
} as const;

/** A whole call over real HTTP, TwiML, a real WebSocket and real audio, on a free port with embedded defaults. */
export async function demo({ providers, out, ...given }: DemoOptions): Promise<ExitCode> {
  const { agent, scenario } = { ...DEFAULTS[providers ?? 'local'], ...given };
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-demo-'));
  const caller = await loadScenario(scenario);
  const vendors = providers === 'loopback' ? await openVendors(caller) : undefined;
  try {
    const scriptFile = path.join(dataDir, 'caller.txt');
    await writeFile(scriptFile, utterancesOf(caller).join('\n'));
    const kav = await openKav(
      {
        ...process.env,
        PORT: '0',
        HOST: '127.0.0.1',
        PUBLIC_BASE_URL: '',
        PUBLIC_HOST: '',
        TWILIO_AUTH_TOKEN: '',
        TWILIO_ACCOUNT_SID: '',
        DATABASE_URL: '',
        KAV_DATA_DIR: dataDir,
        KAV_SCRIPT: process.env['KAV_SCRIPT'] ?? scriptFile,
        LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
        ...(agent === undefined ? {} : { KAV_AGENT: agent }),
        ...vendors?.env,
      },
      process.stdout.isTTY,
    );
    try {
      return await callAndReport(kav, caller, { out, isLoopback: vendors !== undefined });
    } finally {
      await kav.close();
    }
  } finally {
    await vendors?.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openVendors(caller: Scenario) {
  const { openLoopbackVendors } = await import('./loopback-vendors.ts');
  return openLoopbackVendors(utterancesOf(caller));
}

async function callAndReport(
  kav: Kav,
  caller: Scenario,
  { out, isLoopback }: { readonly out: string; readonly isLoopback: boolean },
): Promise<ExitCode> {
  const { name, providers, remarks } = await kav.ready;
  // A call could begin at once; but what is measured here is not how a small machine bears a new database beside it.
  await kav.stored;
  console.log(`${name} answers at ${kav.url}. Calling it as Twilio would: ${caller.name}.`);
  console.log(`  hears with ${providers.stt}, thinks with ${providers.brain}, speaks with ${providers.tts}`);
  for (const remark of remarks) console.log(`  note: ${remark}`);
  console.log('');
  const script = await prepareScript(caller);
  const view = createTerminalView();
  const report = await placeCall({
    clock: createRealClock(),
    baseUrl: kav.url,
    authToken: kav.authToken,
    from: caller.caller.from ?? '+15551230001',
    to: '+15551230000',
    script,
    recordDir: out,
    journalPath: (callSid) => path.join(kav.journalFolder, `${callSid}.jsonl`),
    view,
  });
  view.end();
  console.log(`\n${renderReport(await keepJournal(report, out))}`);
  console.log('Real here: HTTP, TwiML, signatures, the WebSocket, the audio and the time it took.');
  console.log(
    isLoopback
      ? `Real too: the adapters and protocols of ${providers.stt}, ${providers.brain} and ${providers.tts}. The vendors are servers on this machine.`
      : `Local stand-ins: ${providers.stt} hears, ${providers.brain} thinks, ${providers.tts} speaks, the caller is flite.`,
  );
  return exitCodeOf(report);
}

/** The journal moves out of the demo's data directory, which is about to go. */
async function keepJournal(report: CallReport, out: string): Promise<CallReport> {
  const { journal } = report.files;
  if (journal === undefined) return report;
  const kept = path.join(out, path.basename(journal));
  await copyFile(journal, kept);
  return { ...report, files: { ...report.files, journal: kept } };
}

/** What a recogniser that does not listen is told: the caller's lines, in order. */
function utterancesOf({ steps }: Scenario): readonly string[] {
  return steps.flatMap((step) => {
    if (typeof step === 'string') return [];
    if ('say' in step) return [step.say];
    if (!('say-over' in step)) return [];
    const over = step['say-over'];
    return [typeof over === 'string' ? over : over.text];
  });
}
