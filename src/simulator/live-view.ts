import type { JournalEntry } from '../call/journal.ts';
import type { CallOutcome } from '../core/call-event.ts';

/** Something worth a line while a call goes on; `at` is stream time. */
export type ViewItem =
  | { readonly type: 'caller'; readonly at: number; readonly text: string; readonly manner: string }
  /** A sentence of the agent, from the journal. */
  | { readonly type: 'agent'; readonly at: number; readonly text: string }
  /** Sound from the agent, words unknown; shown when there is no journal. */
  | { readonly type: 'agent-sound'; readonly at: number; readonly lengthMs: number }
  | { readonly type: 'heard-as'; readonly at: number; readonly text: string }
  | { readonly type: 'state'; readonly at: number; readonly state: string }
  | { readonly type: 'barge-in'; readonly at: number; readonly heardMs: number }
  | { readonly type: 'outcome'; readonly at: number; readonly outcome: CallOutcome }
  | { readonly type: 'notice'; readonly at?: number; readonly text: string }
  | { readonly type: 'complaint'; readonly at?: number; readonly text: string };

export interface View {
  show(item: ViewItem): void;
}

export interface LiveViewOptions {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  /** Whether the lines go to a terminal that understands colours. */
  readonly color: boolean;
}

const COLORS = { caller: 36, agent: 32, dim: 2, warn: 33, bold: 1 } as const;

/** Prints a call as it happens, a line for each thing. */
export function createLiveView({ write, color }: LiveViewOptions): View {
  let hasJournal = false;
  const paint = (name: keyof typeof COLORS, text: string) => (color ? `\u001b[${COLORS[name]}m${text}\u001b[0m` : text);
  const line = (at: number | undefined, who: string, text: string) => {
    write(`${paint('dim', at === undefined ? '       ' : formatStamp(at))}  ${who} ${text}`);
  };
  return {
    show(item) {
      if (item.type === 'agent' || item.type === 'state') hasJournal = true;
      switch (item.type) {
        case 'caller':
          return line(item.at, paint('caller', 'caller  '), `${item.manner}${item.text}`);
        case 'agent':
          return line(item.at, paint('agent', 'agent   '), item.text);
        case 'agent-sound':
          if (hasJournal) return;
          return line(item.at, paint('agent', 'agent   '), `(speaks for ${(item.lengthMs / 1_000).toFixed(1)} s)`);
        case 'heard-as':
          return line(
            item.at,
            paint('dim', '  heard '),
            paint('dim', item.text === '' ? '(nothing)' : `"${item.text}"`),
          );
        case 'state':
          return line(item.at, paint('dim', '  state '), paint('dim', item.state));
        case 'barge-in':
          return line(item.at, paint('warn', 'barge-in'), `after ${(item.heardMs / 1_000).toFixed(1)} s of the reply`);
        case 'outcome':
          return line(item.at, paint('bold', 'outcome '), formatOutcome(item.outcome));
        case 'notice':
          return line(item.at, paint('dim', '        '), paint('dim', item.text));
        case 'complaint':
          return line(item.at, paint('warn', 'warning '), item.text);
      }
    },
  };
}

/** What a step of the journal has to show. */
export function viewJournalEntry({ event, effects }: JournalEntry): ViewItem[] {
  const { at } = event;
  const items: ViewItem[] = [];
  if (event.type === 'transcript-final') items.push({ type: 'heard-as', at, text: event.text });
  if (event.type === 'sentence-start') items.push({ type: 'agent', at, text: event.text });
  if (event.type === 'outcome') items.push({ type: 'outcome', at, outcome: event.outcome });
  if (event.type === 'reply-error') items.push({ type: 'complaint', at, text: `the reply failed: ${event.code}` });
  for (const effect of effects) {
    if (effect.type === 'state-change') items.push({ type: 'state', at, state: effect.state });
    if (effect.type === 'barge-in') items.push({ type: 'barge-in', at, heardMs: effect.heardMs });
    if (effect.type === 'hang-up') items.push({ type: 'notice', at, text: `the agent hangs up: ${effect.reason}` });
  }
  return items;
}

/** Minutes, seconds and tenths: `01:07.3`. */
export function formatStamp(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const minutes = String(Math.floor(tenths / 600)).padStart(2, '0');
  return `${minutes}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}

export function formatOutcome({ flow, status, slots }: CallOutcome): string {
  const values = Object.entries(slots).map(([name, value]) => `${name}: ${value}`);
  return [`${flow} ${status}`, ...values].join(' · ');
}
