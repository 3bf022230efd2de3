/** The lines that one step of a call gives to whoever follows it. */
import type { JournalEntry } from '../call/journal.ts';
import type { Turn } from '../core/call-event.ts';
import type { LiveLine } from './live-call.ts';

/** A step in sentences for people; what was decided begins with an arrow. */
export type Tell = (entry: JournalEntry) => readonly string[];

const ARROW = '→ ';
/** These have lines of their own. */
const RECORD = '→ For the record';

/** A step, and all that the caller is known to have said by then and nobody has written down. */
export interface SeenStep extends JournalEntry {
  readonly words: string;
}

export function linesOf(entry: SeenStep, tell: Tell): LiveLine[] {
  const { effects, event, words } = entry;
  const { at } = event;
  const lines: LiveLine[] = [];
  const isHeard = event.type === 'transcript-partial' || (event.type === 'transcript-final' && event.text !== '');
  if (isHeard && words !== '') lines.push({ type: 'partial', at, text: words });
  if (event.type === 'sentence-start') lines.push({ type: 'sentence', at, reply: event.reply, text: event.text });
  if (event.type === 'tool-end') {
    for (const { failed = false, name } of event.exchanges) lines.push({ type: 'tool', at, name, failed });
  }
  for (const text of tell(entry)) {
    const isDecision = text.startsWith(ARROW) && !text.startsWith(RECORD);
    if (isDecision) lines.push({ type: 'decision', at, event: event.type, text: text.slice(ARROW.length) });
    else if (event.type === 'endpoint-judged') lines.push({ type: 'decision', at, event: event.type, text });
  }
  for (const effect of effects) {
    if (effect.type === 'turn-finished') lines.push(turnLine(effect.turn, at));
    if (effect.type === 'state-change') lines.push({ type: 'state', at, state: effect.state });
  }
  return lines;
}

export function turnLine({ from, intended, interrupted, text, to, who }: Turn, at: number): LiveLine {
  const cut = { intended: intended ?? null, interrupted: interrupted === true };
  return { type: 'turn', at, who, text, fromMs: from, toMs: to, ...cut };
}

/** Partials are of the moment: of those that are past only the last counts, while no turn has taken its place. */
export function withoutOldPartials(lines: readonly LiveLine[]): readonly LiveLine[] {
  const last = lines.findLastIndex(({ type }) => type === 'partial');
  const isOpen = last >= 0 && !lines.slice(last).some((line) => line.type === 'turn' && line.who === 'caller');
  return lines.filter(({ type }, i) => type !== 'partial' || (isOpen && i === last));
}
