import { StoreError } from '../core/errors.ts';
import type { RawEnvironment } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Kav, openKav } from './wire.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly agent?: string;
  readonly sayOnly?: boolean;
}

/** How long a call may go on to the next border between its turns, once another node is to have it. */
const BORDER_MS = 10_000;
/** How long the handing over of all calls may take: the last border, and the close of the last stream. */
const HAND_OVER_MS = BORDER_MS + 5_000;

/** When to stop taking calls, and when to wait for the running ones no longer. */
export interface StopSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  forget(): void;
}

export interface Serving {
  readonly stopped: StopSignals;
  /** Whether to say on this terminal what is going on. */
  readonly isSilent: boolean;
}

/** Serves until SIGTERM (finish the running calls) or SIGINT (twice: at once). */
export function serve(options: ServeOptions): Promise<ExitCode> {
  return serveUntil(options, { stopped: processSignals(), isSilent: false });
}

/** The environment, with what the command line says instead. */
export function environmentOf({ agent, port, sayOnly }: ServeOptions): RawEnvironment {
  return {
    ...process.env,
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...(agent === undefined ? {} : { KAV_AGENT: agent }),
    ...(sayOnly ? { KAV_SAY_ONLY: 'true' } : {}),
  };
}

export async function serveUntil(options: ServeOptions, { isSilent, stopped }: Serving): Promise<ExitCode> {
  const kav = await openKav(environmentOf(options), process.stdout.isTTY);
  if (isSilent)
    await kav.ready.catch(() => {}); // the others' trouble too, and told by the one that is not silent
  else {
    await announce(kav);
    void tellSetup(kav, stopped);
  }
  const forgetFaults = tellFaults(kav);
  await stopped.first;
  if (!isSilent) {
    console.error('Draining: no new calls; the running ones may finish. Press Ctrl-C to end them now.');
  }
  const isLate = await Promise.race([kav.drain(), stopped.second, after(kav.drainMs).then(() => true)]);
  if (isLate) await Promise.race([leave(kav), stopped.second]);
  await kav.close();
  stopped.forget();
  forgetFaults();
  return EXIT.ok;
}

/** Another node goes on with the calls that are left; where there is none, the callers hear an apology. */
async function leave(kav: Kav): Promise<void> {
  if (await kav.hasOthers()) await Promise.race([kav.handOver(BORDER_MS), after(HAND_OVER_MS)]);
  await kav.endCalls();
}

/** A bug that no call's own guard has caught costs nobody a call: it is told, and the process goes on. */
function tellFaults(kav: Kav): () => void {
  const onFault = (error: unknown): void => kav.fault(error);
  process.on('uncaughtException', onFault).on('unhandledRejection', onFault);
  return () => void process.off('uncaughtException', onFault).off('unhandledRejection', onFault);
}

/** A database that has only just opened may be busy with itself. */
const SETUP_RETRY_MS = 1_000;

/** While nobody has an account, whoever sees this terminal may have the first one. */
async function tellSetup(kav: Kav, stopped: StopSignals): Promise<void> {
  let isStopping = false;
  void stopped.first.then(() => {
    isStopping = true;
  });
  while (!isStopping) {
    try {
      await kav.stored;
      const link = await kav.setupLink();
      if (link !== undefined) console.error(`Set up the console (once, within 24 hours): ${link}`);
      return;
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable)) return tellNoSetup(error);
      await after(SETUP_RETRY_MS);
    }
  }
}

function tellNoSetup(error: unknown): void {
  console.error(`kav: no link for the console's first owner: ${error instanceof Error ? error.message : error}`);
}

/** Without an agent the server stays: a caller who hears a sentence is better off than one who hears Twilio's error. */
async function announce({ ready, url }: Kav): Promise<void> {
  try {
    const { name, language, providers, remarks } = await ready;
    console.error(`${name} (${language}) answers at ${url}: ${providers.stt} → ${providers.brain} → ${providers.tts}`);
    for (const remark of remarks) console.error(`  note: ${remark}`);
    if (!process.env['TWILIO_AUTH_TOKEN']) {
      console.error('  note: no TWILIO_AUTH_TOKEN: only callers on this machine can sign (npm run kav -- call).');
    }
  } catch (error) {
    console.error(`kav: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`kav: no calls can be taken at ${url}: callers hear a sentence, and /readyz answers 503.`);
  }
}

/** Resolves when the time is over; does not keep the process alive. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

export function processSignals(): StopSignals {
  let count = 0;
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const onSignal = (): void => (++count === 1 ? first : second).resolve();
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  const forget = (): void => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  };
  return { first: first.promise, second: second.promise, forget };
}
