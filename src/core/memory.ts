/**
 * What the brain may know of the call: who said what, which tools did what, and a summary of the oldest of it. The
 * history only grows from request to request, but for the caller's turn at its end.
 */
import type { CallEvent, OperatorNote, ToolExchange, ToolRecord, Turn } from './call-event.ts';
import type { CallSettings } from './settings.ts';

export interface MemoryState {
  readonly tools: readonly ToolRecord[];
  /** What operators have told the agent. */
  readonly notes: readonly OperatorNote[];
  readonly summary?: Summary;
  /** A summary of so many entries has been asked for. */
  readonly summarising?: number;
}

export interface Summary {
  readonly text: string;
  /** How many entries of the history it stands for. */
  readonly turns: number;
}

export type Remembered =
  | Pick<Turn, 'who' | 'text' | 'interrupted'>
  | { readonly who: 'note'; readonly text: string }
  | { readonly who: 'tool'; readonly exchanges: readonly ToolExchange[] };

export const initialMemory: MemoryState = { tools: [], notes: [] };

export function stepMemory(state: MemoryState, event: CallEvent, turns: number): MemoryState {
  if (event.type === 'call-resume') return { ...state, tools: event.tools, notes: event.notes ?? [] };
  if (event.type === 'tool-end') {
    return { ...state, tools: [...state.tools, { after: turns, exchanges: event.exchanges }] };
  }
  if (event.type === 'operator-note') return { ...state, notes: [...state.notes, { after: turns, text: event.text }] };
  if (event.type !== 'summary' || event.turns <= (state.summary?.turns ?? 0)) return state;
  return { ...state, summary: { text: event.text, turns: event.turns } };
}

/** All of it, in order. */
export function remembered({ notes, tools }: MemoryState, transcript: readonly Turn[]): readonly Remembered[] {
  const entries: Remembered[] = [];
  let next = 0;
  let note = 0;
  for (let turn = 0; turn <= transcript.length; turn++) {
    for (; tools[next] && tools[next]!.after <= turn; next++) {
      entries.push({ who: 'tool', exchanges: tools[next]!.exchanges });
    }
    for (; notes[note] && notes[note]!.after <= turn; note++) entries.push({ who: 'note', text: notes[note]!.text });
    const said = transcript[turn];
    if (said && !said.aside) entries.push(spoken(said));
  }
  return entries;
}

const spoken = ({ who, text, interrupted }: Turn): Remembered =>
  interrupted ? { who, text, interrupted } : { who, text };

/** How many entries a summary should stand for now; undefined while the rest is small, or one is on its way. */
export function dueSummary(state: MemoryState, turns: number, settings: CallSettings): number | undefined {
  const entries = turns + state.tools.length + state.notes.length;
  const covered = Math.max(state.summary?.turns ?? 0, state.summarising ?? 0);
  if (entries - covered < settings.summariseAfterTurns) return undefined;
  return covered + Math.floor(settings.summariseAfterTurns / 2);
}
