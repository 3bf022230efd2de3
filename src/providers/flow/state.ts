import { isUninterruptible, type Line, type Uninterruptible, uninterruptible } from '../../text/line.ts';
import { speakValue } from './answers/answer.ts';
import { type Flow, type FlowLanguage, flowLanguage, type Question, type Said, type Words } from './definition.ts';

/** What the caller's next words will be taken for. */
type FlowPhase =
  /** An answer to the question; `last` when it is the softer one whose answer is kept word for word. */
  | { readonly name: 'asking'; readonly slot: string; readonly last?: true }
  /** Yes or no to one value that was read back. */
  | { readonly name: 'reading-back'; readonly slot: string }
  /** Yes or no to all values. */
  | { readonly name: 'summing-up' }
  /** Which value is wrong, or the right one. */
  | { readonly name: 'changing' }
  | { readonly name: 'ended' };

export interface FlowState {
  /** In the order in which they were last set. */
  readonly slots: Readonly<Record<string, string>>;
  /** Slots given up on. */
  readonly skipped: readonly string[];
  /** Slots whose read-back was agreed to. */
  readonly confirmed: readonly string[];
  readonly phase: FlowPhase;
  /** Answers in a row that were not understood. */
  readonly misses: number;
  /** Read-backs in a row that the caller said were wrong. */
  readonly rejections: number;
}

export const INITIAL_FLOW_STATE: FlowState = {
  slots: {},
  skipped: [],
  confirmed: [],
  phase: { name: 'ended' },
  misses: 0,
  rejections: 0,
};

/** The language of a flow that `parseFlow` has accepted. */
export function languageOf(flow: Flow): FlowLanguage {
  return flowLanguage(flow.language) ?? 'en';
}

export function questionOf(flow: Flow, slot: string): Question | undefined {
  return flow.questions.find((question) => question.slot === slot);
}

/** The questions whose conditions hold, in order. A condition on a slot that does not apply never holds. */
export function applicable(flow: Flow, slots: FlowState['slots']): readonly Question[] {
  const applying = new Map<string, Question>();
  for (const question of flow.questions) {
    const holds = Object.entries(question.when ?? {}).every(([slot, wanted]) => {
      const value = applying.has(slot) ? slots[slot] : undefined;
      return value !== undefined && wanted !== undefined && [wanted].flat().includes(value);
    });
    if (holds) applying.set(question.slot, question);
  }
  return [...applying.values()];
}

export function filled(flow: Flow, state: FlowState): readonly Question[] {
  return applicable(flow, state.slots).filter((question) => state.slots[question.slot] !== undefined);
}

export function withSlots(state: FlowState, values: Readonly<Record<string, string>>): FlowState {
  const kept = Object.entries(state.slots).filter(([slot]) => !Object.hasOwn(values, slot));
  const changed = Object.keys(values);
  return {
    ...state,
    slots: Object.fromEntries([...kept, ...Object.entries(values)]),
    skipped: state.skipped.filter((slot) => !changed.includes(slot)),
    confirmed: state.confirmed.filter((slot) => !changed.includes(slot)),
  };
}

export function withoutSlot(state: FlowState, slot: string): FlowState {
  const { [slot]: _, ...slots } = state.slots;
  return { ...state, slots, confirmed: state.confirmed.filter((each) => each !== slot) };
}

/** Every slot as it is read aloud, empty where nothing is known or the question does not apply. */
export function saidOf(flow: Flow, state: FlowState): Said {
  const known = filled(flow, state);
  const language = languageOf(flow);
  return Object.fromEntries(
    flow.questions.map((question) => {
      const value = known.includes(question) ? state.slots[question.slot]! : '';
      return [question.slot, value === '' ? '' : speakValue(question, value, language)];
    }),
  );
}

/** A sentence of the definition with the values in their places. */
export function render(words: Words, said: Said): Line {
  return isUninterruptible(words) ? uninterruptible(fill(words.uninterruptible, said)) : fill(words, said);
}

function fill(words: Exclude<Words, Uninterruptible<unknown>>, said: Said): string {
  const text = typeof words === 'function' ? words(said) : words;
  return text.replace(/\{([^{}]+)\}/gu, (whole, slot: string) => (Object.hasOwn(said, slot) ? said[slot]! : whole));
}
