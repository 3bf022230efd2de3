/** The commands, their flags and their help, in one table that `docs/cli.md` is made from. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigError, NotFoundError, PeerProtocolError } from '../core/errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { VERSION } from './version.ts';

const EXIT_HELP = `
Exit codes: 0 done · 1 the answer is no (an expectation failed, a call went wrong, the doctor says NO-GO) · 2 a flag, a
variable or a file is wrong, and the message says which · 3 a fault of Kav's own.
Environment variables: docs/environment.md.`;

/** Runs one command line to its end and returns the exit code; prints what a person needs on the way. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

export function createProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('kav')
    .description('Answers a phone number with an AI agent, in real time, over Twilio Media Streams.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand(false)
    .addHelpText('after', EXIT_HELP)
    .exitOverride();
  addServe(program, finish);
  addCall(program, finish);
  addReplay(program, finish);
  addWhy(program, finish);
  addRca(program, finish);
  addRecording(program, finish);
  addErase(program, finish);
  addLedger(program, finish);
  addTune(program, finish);
  addDemo(program, finish);
  addDoctor(program, finish);
  addExplain(program, finish);
  addSetup(program, finish);
  addInviteOwner(program, finish);
  return program;
}

const MOST_WORKERS = 64;

type Finish = (code: ExitCode) => void;

function addServe(program: Command, finish: Finish): void {
  program
    .command('serve')
    .description('Start the server. Twilio reaches it at the public origin; the environment configures it.')
    .option('-p, --port <port>', 'TCP port, instead of PORT', wholeNumber)
    .option('-a, --agent <file>', 'agent file, instead of KAV_AGENT')
    .option(
      '-w, --workers <count>',
      'processes that share the port, each a node of its own; needs DATABASE_URL',
      workers,
    )
    .option(
      '--say-only',
      'callers hear one sentence of Twilio’s voice and no agent, to prove the webhook before the stream',
    )
    .action(async ({ workers: count, ...options }) => {
      if (count === undefined) {
        const { serve } = await import('./serve.ts');
        finish(await serve(options));
        return;
      }
      const { serveWithWorkers } = await import('./workers.ts');
      finish(await serveWithWorkers(options, count));
    });
}

function addCall(program: Command, finish: Finish): void {
  program
    .command('call')
    .description(
      'Call a server as Twilio would, ours or any other, with a caller made of audio; report what was heard.',
    )
    .argument('[url]', 'the server', 'http://127.0.0.1:8080')
    .option('-s, --scenario <file>', 'what the caller does and what is expected: YAML or TypeScript')
    .option('--say <text...>', 'lines that the caller says, each after the agent has finished')
    .option(
      '--audio <file...>',
      'recordings (.wav, .mp3, .ul) that the caller plays, each after the agent has finished',
    )
    .option('--voice <name>', "the caller's voice in flite", 'rms')
    .option('--from <number>', "the caller's number", '+15551230001')
    .option('--to <number>', 'the number that is called', '+15551230000')
    .option('--account <sid>', 'the AccountSid to call with')
    .option('--token <token>', 'auth token that signs, instead of TWILIO_AUTH_TOKEN or the one in KAV_DATA_DIR')
    .option('--journals <folder>', "the server's journals, for words and decisions; KAV_DATA_DIR/journals is tried")
    .option('--out <folder>', 'where the stereo WAV and the report go', 'calls')
    .option('--json', 'print the report as JSON and nothing else')
    .action(async (url, options) => {
      const { call } = await import('./call.ts');
      finish(await call(url, options));
    });
}

function addReplay(program: Command, finish: Finish): void {
  program
    .command('replay')
    .description('Decide a call again from its journal, print it state by state, and compare with what happened.')
    .argument('<journal>', 'a .jsonl file from the folder journals of KAV_DATA_DIR')
    .option('-q, --quiet', 'print only the verdict')
    .action(async (journal, options) => {
      const { replay } = await import('./replay.ts');
      finish(await replay(journal, options));
    });
}

function addWhy(program: Command, finish: Finish): void {
  program
    .command('why')
    .description(
      'Tell why a call went as it did, from its journal: its turns in brief; or every step of one turn, with its ' +
        'reasons, and where the time went.',
    )
    .argument('<call>', 'a CallSid, sought in the folder journals of KAV_DATA_DIR, or a journal')
    .argument('[turn]', 'the number of a turn', turnNumber)
    .option('--json', 'print it as JSON and nothing else')
    .action(async (call, turn, options) => {
      const { why } = await import('./why.ts');
      finish(await why(call, turn, options));
    });
}

function addRca(program: Command, finish: Finish): void {
  program
    .command('rca')
    .description(
      'Find what went wrong in a call, from its journal: causes by class of fault with evidence, worst first. ' +
        'Anything found makes the exit code 1.',
    )
    .argument('<call>', 'a CallSid, sought in the folder journals of KAV_DATA_DIR, or a journal')
    .option('--json', 'print it as JSON and nothing else')
    .action(async (call, options) => {
      const { rca } = await import('./rca.ts');
      finish(await rca(call, options));
    });
}

function addRecording(program: Command, finish: Finish): void {
  program
    .command('recording')
    .description(
      "Unlock a call's recording into a stereo WAV file: left what the caller said, right what the caller heard. " +
        'What is missing or was changed is silence, is named, and makes the exit code 1.',
    )
    .argument('<call>', 'a CallSid, sought in the folder recordings of KAV_DATA_DIR, or the folder of a call')
    .option('--out <file>', 'the WAV file; CALLSID.wav when not given')
    .action(async (call, options) => {
      const { recording } = await import('./recording.ts');
      finish(await recording(call, options));
    });
}

function addErase(program: Command, finish: Finish): void {
  program
    .command('erase')
    .description(
      'Erase one person, by telephone number, in every place that Kav reaches, and print the proof: how much was erased ' +
        'where. What is not done within a minute is named, goes on by itself, and makes the exit code 1.',
    )
    .argument('<number>', 'in E.164, for example +972521234567')
    .option('--tenant <tenant>', 'whose caller, instead of KAV_TENANT')
    .option('--json', 'print the proof as JSON and nothing else')
    .action(async (number, options) => {
      const { erase } = await import('./erase.ts');
      finish(await erase(number, options));
    });
}

function addLedger(program: Command, finish: Finish): void {
  program
    .command('ledger')
    .description(
      'The facts that the store refused, and the damaged segments, of the ledgers in KAV_DATA_DIR: list them, give facts ' +
        'to the store again, or drop them. A fact that is refused again makes the exit code 1.',
    )
    .addArgument(new Argument('[action]', 'what is done').choices(['list', 'retry', 'drop']).default('list'))
    .argument('[id...]', 'facts, as the list names them; retry takes all when none is named')
    .option('--all', 'drop every one of them')
    .option('--words', 'list what the facts say, too: what callers said and their numbers')
    .option('--json', 'print it as JSON and nothing else')
    .action(async (action, ids, options) => {
      const { ledger } = await import('./ledger.ts');
      finish(await ledger(action, ids, options));
    });
}

function addTune(program: Command, finish: Finish): void {
  program
    .command('tune')
    .description(
      'Decide recorded calls again with other settings of the turn-taking, and tell what each change buys and costs.',
    )
    .argument('[journal...]', '.jsonl files and folders of them; without any, the folder journals of KAV_DATA_DIR')
    .option('--set <settings>', 'NAME=VALUE, or several with commas: one more row; may be repeated', collected)
    .option('--json', 'print the figures as JSON and nothing else')
    .action(async (journals, options) => {
      const { tune } = await import('./tune.ts');
      finish(await tune(journals, options));
    });
}

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addDemo(program: Command, finish: Finish): void {
  program
    .command('demo')
    .description('A whole phone call on this machine, with no account and no key: a caller books an appointment.')
    .option('-a, --agent <file>', 'another agent to call')
    .option('-s, --scenario <file>', 'another caller')
    .addOption(
      new Option(
        '--providers <kind>',
        "`loopback`: Leah in Hebrew, by Google's and OpenAI's adapters against servers on this machine",
      ).choices(['loopback']),
    )
    .option('--out <folder>', 'where the stereo WAV, the report and the journal go', 'calls')
    .action(async (options) => {
      const { demo } = await import('./demo.ts');
      finish(await demo(options));
    });
}

function addDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description(
      'GO or NO-GO: asks a server all that Twilio would, ours or any other, and names what is wrong, with the code that ' +
        'Twilio would log and the remedy. Without a URL: this deployment, its environment, vendors and Twilio account too.',
    )
    .argument('[url]', 'a server elsewhere, for example https://voice.example.com')
    .option('--webhook <path>', 'where calls are answered', '/webhook/incoming_call')
    .option('--method <method>', 'how Twilio asks: POST or GET', 'POST')
    .option('--token <token>', 'auth token that signs, instead of TWILIO_AUTH_TOKEN or the one in KAV_DATA_DIR')
    .option('--account <sid>', 'the AccountSid of the calls')
    .option('--from <number>', "the caller's number", '+15551230001')
    .option('--to <number>', 'the number that is called', '+15551230000')
    .option('--public <url>', 'the name Twilio knows, when the URL is an inner address: asks as a tunnel would')
    .option('--recording <path>', 'where recordings are announced')
    .option('--number <number>', 'the number of the account that should lead here')
    .option('--no-garbage', 'leave out messages that Twilio never sends: for a server with live calls')
    .option('--idle', 'hold a quiet socket for 75 s as well, to find the time-outs of proxies')
    .option(
      '--watch',
      'follow one call step by step, and name the first step that is missing: the next call of the server on this ' +
        'machine, or, with a URL, a call of the doctor’s own',
    )
    .option('--json', 'print the report as JSON and nothing else; with --watch, one object per line')
    .option('--fix', 'mend what can be: lines of the .env file, the webhook of --number')
    .option('--env-file <file>', 'the file that --fix mends', '.env')
    .action(async (url, options) => {
      const { doctor } = await import('./doctor.ts');
      finish(await doctor(url, options));
    });
}

function addSetup(program: Command, finish: Finish): void {
  program
    .command('setup')
    .description("Lead a number's calls to this server, through Twilio's API. Shows the plan; `--yes` does it.")
    .addArgument(new Argument('<what>', 'what is set up').choices(['number']))
    .argument('<number>', 'a number of the account, for example +972501234567')
    .option('--webhook <path>', 'where calls are answered', '/webhook/incoming_call')
    .option('--yes', 'do what the plan says')
    .action(async (_what, number, options) => {
      const { setup } = await import('./setup.ts');
      finish(await setup(number, options));
    });
}

function addInviteOwner(program: Command, finish: Finish): void {
  program
    .command('invite-owner')
    .description(
      "Print a link, good once and for an hour, by which an owner of the console gets in again: on the server's machine, " +
        'when nobody else can invite them. Password and second factor are chosen anew.',
    )
    .argument('<email>', 'the address that they log in with; a new one becomes an owner')
    .action(async (email) => {
      const { inviteOwner } = await import('./invite-owner.ts');
      finish(await inviteOwner(email));
    });
}

function addExplain(program: Command, finish: Finish): void {
  program
    .command('explain')
    .description(
      "Explain one of Twilio's error codes: what it means, its causes and the remedy. Without a code, list them.",
    )
    .argument('[code]', 'as in the console or a log, for example 31924')
    .action(async (code) => {
      const { explainCode } = await import('./explain.ts');
      finish(explainCode(code));
    });
}

function turnNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be the number of a turn.');
  return number;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

function workers(value: string): number {
  const count = wholeNumber(value);
  if (count < 1 || count > MOST_WORKERS) throw new InvalidArgumentError(`It must be from 1 to ${MOST_WORKERS}.`);
  return count;
}

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.config;
  if (error instanceof ConfigError || error instanceof NotFoundError || error instanceof PeerProtocolError) {
    console.error(`kav: ${error.message}`);
    return EXIT.config;
  }
  console.error(error);
  return EXIT.bug;
}
