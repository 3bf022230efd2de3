import { open } from 'node:fs/promises';
import type { JournalEntry } from '../call/journal.ts';
import type { Clock } from '../core/clock.ts';
import { type JournalSummary, readJournalLine, type ServedBy, summariseJournal } from './findings/journal-summary.ts';

export interface JournalTailOptions {
  readonly clock: Clock;
  readonly path: string;
  readonly onEntry: (entry: JournalEntry) => void;
  /** What of the file follows an offset; by default from the disk. */
  readonly read?: (path: string, offset: number) => Promise<Uint8Array>;
}

export interface JournalTail {
  /** What the journal says so far; undefined when nothing of it could be read. */
  summary(): JournalSummary | undefined;
  /** Waits for the journal's end, 2 s at most and not at all when it never appeared; then reads no more. */
  close(): Promise<void>;
}

const POLL_MS = 100;
const END_WAIT_MS = 2_000;

/** Follows a journal while the server writes it. A file that does not exist, or cannot be read, is waited for. */
export function openJournalTail({ clock, path, onEntry, read = readFrom }: JournalTailOptions): JournalTail {
  const entries: JournalEntry[] = [];
  let servedBy: ServedBy | undefined;
  const decoder = new TextDecoder();
  let offset = 0;
  let rest = '';
  let isEnded = false;
  let reading: Promise<void> = Promise.resolve();
  let cancel = () => {};

  async function readMore(): Promise<void> {
    const bytes = await read(path, offset);
    offset += bytes.length;
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = readJournalLine(part);
      if (!line) continue;
      if (!('event' in line)) {
        servedBy = line;
        continue;
      }
      entries.push(line);
      isEnded ||= line.effects.some(({ type }) => type === 'call-close');
      onEntry(line);
    }
  }

  function poll(): void {
    cancel = clock.at(clock.now() + POLL_MS, () => {
      reading = readMore().then(poll);
    });
  }
  poll();

  return {
    summary: () => (entries.length === 0 ? undefined : summariseJournal(entries, servedBy)),
    async close() {
      cancel();
      await reading;
      cancel();
      const deadline = clock.now() + END_WAIT_MS;
      await readMore();
      while (offset > 0 && !isEnded && clock.now() < deadline) {
        await new Promise<void>((resolve) => clock.at(clock.now() + POLL_MS, resolve));
        await readMore();
      }
    },
  };
}

async function readFrom(path: string, offset: number): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.max(0, size - offset));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    // The server makes the file when the call begins; a journal elsewhere, or not ours to read, never appears.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return new Uint8Array();
    throw error;
  }
}
