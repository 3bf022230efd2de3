/** What an author writes. All of it is data, except for the small functions that word a sentence or refuse a value. */

import type { Line, Uninterruptible } from '../../text/line.ts';

/** What has been gathered so far, as it is read aloud: "on Tuesday", not "tuesday". An open slot is an empty string. */
export type Said<Slot extends string = string> = Readonly<Record<Slot, string>>;

type InterruptibleWords<Slot extends string> = string | ((said: Said<Slot>) => string);

/**
 * A sentence to say. In a string, `{slot}` stands for the slot's value as it is read aloud. `uninterruptible(…)` around
 * either has it said to its end.
 */
export type Words<Slot extends string = string> = InterruptibleWords<Slot> | Uninterruptible<InterruptibleWords<Slot>>;

/** What happens to a question after its answer was not understood for the third time. */
export type Otherwise<Slot extends string = string> =
  /** Go on without it, or with `value`. */
  | { readonly type: 'skip'; readonly value?: string; readonly say?: Words<Slot> }
  /** Ask one last, softer question and keep whatever is said, word for word. */
  | { readonly type: 'take-words'; readonly ask: Words<Slot> }
  /** Say it and hang up. */
  | { readonly type: 'end'; readonly say: Words<Slot> };

interface QuestionCommon<Slot extends string = string> {
  /** The name of the value in the outcome. */
  readonly slot: Slot;
  /** The question as it is spoken. Short: one breath. */
  readonly ask: Words<NoInfer<Slot>>;
  /** The question in other, plainer words, after an answer that was not understood. Left out: `ask` again. */
  readonly askAgain?: Words<NoInfer<Slot>>;
  /** What is said to "help", before the question is asked again. */
  readonly help?: Words<NoInfer<Slot>>;
  /** Whether a pressed key stops the question at once. Left out: as the agent says; in any case keys are collected. */
  readonly keysInterrupt?: boolean;
  /** The answer must not be in a recording, nor its read-back: a card number. The rest of the call is recorded. */
  readonly sensitive?: boolean;
  /** Said after the answer, before the next question: "A cleaning, good." */
  readonly acknowledge?: Words<NoInfer<Slot>>;
  /** Ask only if these earlier slots have these values (one value, or any of several). */
  readonly when?: { readonly [Earlier in NoInfer<Slot>]?: string | readonly string[] };
  /** Read this answer back at once and ask whether it is right. */
  readonly confirm?: boolean;
  /** The words of that read-back, which must end in a yes-or-no question. */
  readonly readBack?: Words<NoInfer<Slot>>;
  /** How a value is read aloud. Left out: as usual for the kind. Must be pure. */
  readonly say?: (value: string) => string;
  /** What a caller may call this slot in "change the …". Added to the usual names of its kind. */
  readonly called?: readonly string[];
  /** Returns why a value cannot be taken, in words for the caller; undefined takes it. Must be pure. */
  readonly refuse?: (value: string) => string | undefined;
  /** The way out after three answers in a row that were not understood. Left out: apologise and end. */
  readonly otherwise?: Otherwise<NoInfer<Slot>>;
  /** A JSGF rule body of your own, for a recogniser with a grammar; the global words are added to it. */
  readonly grammar?: string;
}

export interface ChoiceOption {
  /** What the outcome holds. */
  readonly value: string;
  /** How it is read aloud, for example "a cleaning". Left out: the value. */
  readonly say?: string;
  /** Other ways to say it. The value and `say` count as well. */
  readonly synonyms?: readonly string[];
  /** Understood as well, but nothing that a recogniser with a small vocabulary should listen for. */
  readonly spellings?: readonly string[];
}

/** The value in the outcome is `yes` or `no`. */
export interface YesNoQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'yes-no';
}

/** The value is that of the option. */
export interface ChoiceQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'choice';
  readonly options: readonly ChoiceOption[];
  /** Take any other answer too, word for word. */
  readonly open?: boolean;
}

/** The value is the name as it was heard, for example `Dana Levi`. */
export interface NameQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'name';
  /** Names that a recogniser with a small vocabulary should know. Left out: some common ones, in English. */
  readonly names?: { readonly first: readonly string[]; readonly last?: readonly string[] };
}

/** The value is in E.164 (`+972521234567`) where the country is known, else the digits. */
export interface PhoneQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'phone';
}

/** The value is a decimal: `3.5`, `1500000`. */
export interface NumberQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'number';
  readonly min?: number;
  readonly max?: number;
  /** The nouns that belong to it ("rooms"): with one, it is understood inside the answer to another question. */
  readonly units?: readonly string[];
}

/**
 * The value is `monday`…`sunday`, `next-monday`…, `today`, `tomorrow`, `day-after-tomorrow`, `next-week`, `in-3-days`,
 * `in-2-weeks`, `03-15` (month and day) or `day-15` (of the month). It stays relative: a flow has no calendar.
 */
export interface DateQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'date';
}

/** The value is `HH:MM`, 24 hours. */
export interface TimeQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'time';
  /** The hours in question, `HH:MM`: they tell three in the afternoon from three at night. Not a refusal by itself. */
  readonly within?: { readonly from: string; readonly to: string };
}

/** The value is the whole answer. */
export interface TextQuestion<Slot extends string = string> extends QuestionCommon<Slot> {
  readonly kind: 'text';
}

export type Question<Slot extends string = string> =
  | YesNoQuestion<Slot>
  | ChoiceQuestion<Slot>
  | NameQuestion<Slot>
  | PhoneQuestion<Slot>
  | NumberQuestion<Slot>
  | DateQuestion<Slot>
  | TimeQuestion<Slot>
  | TextQuestion<Slot>;

/** What a flow says of its own accord; every line has words in each language that flows speak. */
export interface FlowLines {
  /** After the first answer in a row that was not understood; the question follows. */
  readonly notUnderstood: string;
  /** After the second one. */
  readonly stillNotUnderstood: string;
  /** After the third one, when the question has no other way out; the call ends. */
  readonly giveUp: string;
  /** To "help", before the question. */
  readonly help: string;
  /** To "operator", before the question. */
  readonly operator: string;
  /** To "goodbye" or "cancel"; the call ends. */
  readonly cancelled: string;
  /** After a correction; `{value}` is the new value as it is read aloud. */
  readonly changed: string;
  /** When the caller says that the summary is wrong. */
  readonly whatToChange: string;
  /** When the answer to the summary was not understood. */
  readonly yesOrNo: string;
  /** The read-back of one answer; `{value}` as above. */
  readonly readBack: string;
  /** The summary when the flow words none; `{values}` is the list. */
  readonly summary: string;
  /** The last words when the flow words none. */
  readonly closing: string;
  /** When the caller speaks on after the last words; the call ends. */
  readonly afterEnd: string;
}

export interface FlowDefinition<Slot extends string = string> {
  /** Names the outcome: lower-case words joined by hyphens. */
  readonly name: string;
  /** BCP 47. Flows understand Hebrew (`he-IL`) and English (`en-US`, `en-GB`…). */
  readonly language: string;
  /**
   * What is said right after the agent's greeting. Left out: the first question. An empty string: nothing, because the
   * greeting asks it already.
   */
  readonly opening?: Line;
  /** In the order in which they are asked. A question whose slot an earlier answer has filled is not asked. */
  readonly questions: readonly Question<Slot>[];
  /** Read everything back at the end and let the caller correct it. Default true. */
  readonly confirm?: boolean;
  /** The words of that read-back, which must end in a yes-or-no question. */
  readonly summary?: Words<NoInfer<Slot>>;
  /** The last words of a completed flow; the call ends after them. */
  readonly closing?: Words<NoInfer<Slot>>;
  /** What happens when the caller asks for a person. Left out: a line that says there is none, and on with the question. */
  readonly operator?: { readonly say: Words<NoInfer<Slot>>; readonly hangUp?: boolean };
  /** The flow's own lines in other words. */
  readonly lines?: Partial<FlowLines>;
}

/** A validated flow: a brain without a model. */
export interface Flow extends FlowDefinition {
  readonly kind: 'flow';
}

/** A language that flows understand. */
export type FlowLanguage = 'en' | 'he';

export function flowLanguage(language: string): FlowLanguage | undefined {
  const base = language.toLowerCase().split('-')[0];
  // `iw` is the code that Hebrew had before 1989; some vendors still use it.
  if (base === 'he' || base === 'iw') return 'he';
  return base === 'en' ? 'en' : undefined;
}
