import type { LiveLine } from '../../../src/api/contract/live.ts';

type Of<T extends LiveLine['type']> = Extract<LiveLine, { type: T }>;

/** What is shown of a call that goes on, oldest first; `key` stays the same for an entry. */
export interface Transcript {
  readonly entries: readonly Entry[];
  /** Sentences that the agent has begun, and that are not a turn yet. */
  readonly begun: readonly Of<'sentence'>[];
  readonly partial: Of<'partial'> | undefined;
}

export interface Entry {
  readonly key: number;
  readonly line: Of<'turn'> | Of<'decision'> | Of<'tool'> | Of<'action'>;
}

export const EMPTY_TRANSCRIPT: Transcript = { entries: [], begun: [], partial: undefined };
const MOST_ENTRIES = 2_000;

export function withLines(transcript: Transcript, lines: readonly LiveLine[]): Transcript {
  let { begun, partial } = transcript;
  const entries = [...transcript.entries];
  let key = (entries.at(-1)?.key ?? 0) + 1;
  for (const line of lines) {
    if (line.type === 'partial') partial = line;
    else if (line.type === 'sentence') begun = [...begun.filter(({ reply }) => reply === line.reply), line];
    else if (line.type !== 'state') {
      if (line.type === 'turn') {
        if (line.who === 'agent') begun = [];
        if (line.who === 'caller') partial = undefined;
      }
      entries.push({ key: key++, line });
    }
  }
  return { entries: entries.slice(-MOST_ENTRIES), begun, partial };
}

/** What of the intended words was not heard. */
export function unheardOf(text: string, intended: string | null): string {
  if (!intended) return '';
  if (intended.startsWith(text)) return intended.slice(text.length).trim();
  const heard = text.split(/\s+/).filter(Boolean).length;
  return intended.split(/\s+/).filter(Boolean).slice(heard).join(' ');
}
