/** What Kav itself adds to an answer, read off the journals of calls whose providers take no time of their own. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { JournalEntry, JournalHead } from '../src/call/journal.ts';

export interface OwnShare {
  /** Caller's end of turn → first frame of the answer, without the silence that endpointing waits for. */
  readonly answerMs: readonly number[];
  /** `start` of the stream → first frame of the greeting. */
  readonly greetingMs: readonly number[];
}

export async function ownShareOf(folder: string): Promise<OwnShare> {
  const answerMs: number[] = [];
  const greetingMs: number[] = [];
  for (const name of await readdir(folder)) {
    const [head, ...entries] = (await readFile(path.join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line.endsWith('}')) // the newest line of a call that still runs may be half written
      .map((line) => JSON.parse(line) as unknown);
    measure(head as JournalHead, entries as JournalEntry[], answerMs, greetingMs);
  }
  return { answerMs, greetingMs };
}

function measure(
  { settings }: JournalHead,
  entries: readonly JournalEntry[],
  answerMs: number[],
  greetingMs: number[],
) {
  let silentFrom = 0;
  let waitMs = settings.endpointingMs;
  const dueOf = new Map<number, number>();
  for (const { event, effects } of entries) {
    if (event.type === 'speech-end') silentFrom = event.since;
    if (event.type === 'endpoint-judged') waitMs = event.waitMs;
    for (const effect of effects) {
      if (effect.type === 'greeting-start') dueOf.set(effect.reply, event.at);
      if (effect.type === 'answer-start') dueOf.set(effect.reply, silentFrom + waitMs);
    }
    if (event.type !== 'playout-start') continue;
    const due = dueOf.get(event.reply);
    dueOf.delete(event.reply);
    if (due !== undefined) (event.reply === 1 ? greetingMs : answerMs).push(event.at - due);
  }
}
