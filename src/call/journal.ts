/**
 * The journal of a call: one JSON line for how it began, then one for each step. A production call is a file that
 * replays. Lines are buffered and written off the media path; a disk that fails costs the journal, never the call.
 */
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { initialCall, step } from '../core/call.ts';
import type { CallEffect, CallEvent, FloorState } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import { NotFoundError, PeerProtocolError } from '../core/errors.ts';
import type { CallSettings } from '../core/settings.ts';
import { floorOf } from '../core/turn.ts';

export interface JournalHead {
  readonly journal: 1;
  readonly version: string;
  readonly callSid: string;
  readonly streamSid: string;
  /** Which stream of the call it is; left out for the first. */
  readonly attempt?: number;
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly language: string;
  readonly providers: { readonly stt: string; readonly brain: string; readonly tts: string };
  /** What was not the real thing, in plain words. */
  readonly caveats: readonly string[];
  /** Wall-clock time, ISO 8601. */
  readonly startedAt: string;
  readonly settings: CallSettings;
}

export interface JournalEntry {
  readonly event: CallEvent;
  readonly effects: readonly CallEffect[];
  readonly state: FloorState;
}

export interface Journal {
  write(entry: JournalEntry): void;
  /** Resolves when everything is with the operating system. */
  close(): Promise<void>;
}

export interface JournalFolderOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly onError: (error: unknown, callSid: string) => void;
}

/**
 * How long a line may wait for company before it is written, and so what a killed process takes with it. Each write is a few
 * steps of the calls' thread, which may meet a busy pool of threads there: with 200 calls two seconds make it 100 a second.
 */
const FLUSH_AFTER_MS = 2_000;

/** Writes `<CallSid>.jsonl` files, `<CallSid>.2.jsonl` for a call's second stream, into one folder, readable by their owner only: they hold what people said. */
export class JournalFolder {
  readonly #options: JournalFolderOptions;
  #ready: Promise<unknown> | undefined;

  constructor(options: JournalFolderOptions) {
    this.#options = options;
  }

  pathOf(callSid: string, attempt = 1): string {
    return path.join(this.#options.folder, attempt === 1 ? `${callSid}.jsonl` : `${callSid}.${attempt}.jsonl`);
  }

  open(head: JournalHead): Journal {
    const { folder, clock, onError } = this.#options;
    this.#ready ??= mkdir(folder, { recursive: true, mode: 0o700 });
    const file = this.#ready.then(() => open(this.pathOf(head.callSid, head.attempt), 'a', 0o600));
    const journal = new FileJournal(file, clock, (error) => onError(error, head.callSid));
    journal.append(JSON.stringify(head));
    return journal;
  }
}

class FileJournal implements Journal {
  readonly #file: Promise<FileHandle>;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  #lines = '';
  #disarm: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(file: Promise<FileHandle>, clock: Clock, onError: (error: unknown) => void) {
    this.#file = file;
    this.#clock = clock;
    this.#onError = onError;
    file.catch(() => {}); // every write reports it
  }

  write(entry: JournalEntry): void {
    this.append(JSON.stringify(entry));
  }

  /** News of a call that is over, such as a vendor's late word, finds no journal any more. */
  append(line: string): void {
    if (this.#isClosed) return;
    this.#lines += `${line}\n`;
    this.#disarm ??= this.#clock.at(this.#clock.now() + FLUSH_AFTER_MS, () => this.#flush());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm?.();
    this.#flush();
    await this.#writing;
    await this.#file.then((file) => file.close()).catch(this.#onError);
  }

  #flush(): void {
    this.#disarm = undefined;
    const text = this.#lines;
    this.#lines = '';
    if (text === '') return;
    const write = async (): Promise<void> => void (await (await this.#file).appendFile(text));
    this.#writing = this.#writing.then(write).catch(this.#onError);
  }
}

export interface ReadJournal {
  readonly head: JournalHead;
  readonly entries: readonly JournalEntry[];
}

/** Reads a whole journal. A torn last line, as a crash leaves it, is passed over; any other fault is an error. */
export async function readJournal(file: string): Promise<ReadJournal> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new NotFoundError(`journal ${file}`, 'Journals are in the folder `journals` of KAV_DATA_DIR.', error);
  });
  const lines = text.split('\n');
  lines.pop(); // empty after the last newline, or the torn line
  const [head, ...entries] = lines.map((line, i) => parseLine(line, i + 1));
  if (!isHead(head)) throw new PeerProtocolError('journal-invalid', `${file} does not begin like a journal of Kav`);
  return { head, entries: entries as JournalEntry[] };
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new PeerProtocolError('journal-invalid', `line ${number} of the journal is not JSON`, error);
  }
}

function isHead(value: unknown): value is JournalHead {
  return (
    typeof value === 'object' && value !== null && 'journal' in value && value.journal === 1 && 'settings' in value
  );
}

export interface ReplayedStep extends JournalEntry {
  /** The effects are, byte for byte, those that happened. */
  readonly same: boolean;
}

/** Decides the whole call again from its events. */
export function* replayJournal({ head, entries }: ReadJournal): Generator<ReplayedStep> {
  let state = initialCall;
  for (const entry of entries) {
    const [next, effects] = step(state, entry.event, head.settings);
    state = next;
    const floor = floorOf(state.turn);
    const same = floor === entry.state && JSON.stringify(effects) === JSON.stringify(entry.effects);
    yield { event: entry.event, effects, state: floor, same };
  }
}
