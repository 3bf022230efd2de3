import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import { isUninterruptible } from '../../text/line.ts';
import { type Flow, type FlowDefinition, flowLanguage, type Question, type Words } from './definition.ts';
import { configError, didYouMean, fault, lineShape, missingOr, strictShape, textShape } from './fault.ts';

const words = z.custom<Words>(
  (value) => {
    const plain = plainWords(value);
    return typeof plain === 'function' || (typeof plain === 'string' && plain.trim() !== '');
  },
  {
    error: (issue) =>
      fault(
        plainWords(issue.input) === '' ? 'is empty' : missingOr(plainWords(issue.input), 'a text or a function'),
        'Give the words to say.',
      ),
  },
);
const plainWords = (value: unknown): unknown => (isUninterruptible(value) ? value.uninterruptible : value);

const functionShape = z.custom<(value: string) => string | undefined>((value) => typeof value === 'function', {
  error: fault('must be a function', 'Write a function from the value to words.'),
});
const flag = z.boolean({ error: (issue) => fault(missingOr(issue.input, 'true or false'), 'Write true or false.') });
const slotName = textShape('Name the slot, for example "day".').refine((name) => /^[A-Za-z][\w-]*$/u.test(name), {
  error: fault('is not a name', 'Use letters, digits, hyphens and underscores, and begin with a letter.'),
});
const texts = z.array(textShape('Give a text.'), {
  error: (issue) => fault(missingOr(issue.input, 'a list of texts'), 'Write ["…", "…"].'),
});
const finite = z.number({ error: (issue) => fault(missingOr(issue.input, 'a number'), 'Give a number.') });
const clockTime = textShape('Give a time, for example "09:00".').refine(
  (time) => /^(?:[01]\d|2[0-3]):[0-5]\d$/u.test(time),
  {
    error: fault('is not a time', 'Write HH:MM, for example "09:00".'),
  },
);

const otherwise = z.discriminatedUnion(
  'type',
  [
    strictShape({ type: z.literal('skip'), value: textShape('Give the value.').optional(), say: words.optional() }),
    strictShape({ type: z.literal('take-words'), ask: words }),
    strictShape({ type: z.literal('end'), say: words }),
  ],
  { error: fault('has no known type', 'The type is "skip", "take-words" or "end".') },
);

const common = {
  slot: slotName,
  ask: words,
  askAgain: words.optional(),
  help: words.optional(),
  keysInterrupt: flag.optional(),
  sensitive: flag.optional(),
  acknowledge: words.optional(),
  when: z
    .record(z.string(), z.union([textShape('Give a value.'), texts]), {
      error: fault('must be an object', 'Write { slot: "value" } or { slot: ["one", "other"] }.'),
    })
    .optional(),
  confirm: flag.optional(),
  readBack: words.optional(),
  say: functionShape.optional(),
  called: texts.optional(),
  refuse: functionShape.optional(),
  otherwise: otherwise.optional(),
  grammar: textShape('Give a JSGF rule body.').optional(),
};

const option = strictShape({
  value: textShape('Give the value of the option.'),
  say: textShape('Give the words that are read aloud.').optional(),
  synonyms: texts.optional(),
  spellings: texts.optional(),
});

const questionKinds = {
  'yes-no': strictShape({ ...common, kind: z.literal('yes-no') }),
  choice: strictShape({
    ...common,
    kind: z.literal('choice'),
    options: z
      .array(option, { error: (issue) => fault(missingOr(issue.input, 'a list'), 'Write [{ value: "…" }, …].') })
      .min(1, { error: fault('is empty', 'Give at least one option.') }),
    open: flag.optional(),
  }),
  name: strictShape({
    ...common,
    kind: z.literal('name'),
    names: strictShape({ first: texts, last: texts.optional() }).optional(),
  }),
  phone: strictShape({ ...common, kind: z.literal('phone') }),
  number: strictShape({
    ...common,
    kind: z.literal('number'),
    min: finite.optional(),
    max: finite.optional(),
    units: texts.optional(),
  }),
  date: strictShape({ ...common, kind: z.literal('date') }),
  time: strictShape({
    ...common,
    kind: z.literal('time'),
    within: strictShape({ from: clockTime, to: clockTime }).optional(),
  }),
  text: strictShape({ ...common, kind: z.literal('text') }),
} as const satisfies Record<Question['kind'], z.ZodType>;

const question = z.discriminatedUnion(
  'kind',
  [
    questionKinds['yes-no'],
    questionKinds.choice,
    questionKinds.name,
    questionKinds.phone,
    questionKinds.number,
    questionKinds.date,
    questionKinds.time,
    questionKinds.text,
  ],
  { error: fault('has no known kind', `The kind is one of ${Object.keys(questionKinds).join(', ')}.`) },
);

const line = textShape('Give the line, or leave it out.').optional();
const lines = strictShape({
  notUnderstood: line,
  stillNotUnderstood: line,
  giveUp: line,
  help: line,
  operator: line,
  cancelled: line,
  changed: line,
  whatToChange: line,
  yesOrNo: line,
  readBack: line,
  summary: line,
  closing: line,
  afterEnd: line,
});

const definition = strictShape({
  kind: z.literal('flow').optional(),
  name: textShape('Name the flow.').refine((name) => /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(name), {
    error: fault('is not a name', 'Use lower-case words joined by hyphens, for example "book-appointment".'),
  }),
  language: textShape('Give "he-IL" or "en-US".').refine((language) => flowLanguage(language) !== undefined, {
    error: fault(
      'is a language that flows do not understand',
      'Write a flow in Hebrew ("he-IL") or English ("en-US").',
    ),
  }),
  opening: z.union([z.literal(''), lineShape('Leave it out to open with the first question.')]).optional(),
  questions: z
    .array(question, { error: (issue) => fault(missingOr(issue.input, 'a list'), 'Write [{ slot, kind, ask }, …].') })
    .min(1, { error: fault('is empty', 'Give at least one question.') }),
  confirm: flag.optional(),
  summary: words.optional(),
  closing: words.optional(),
  operator: strictShape({ say: words, hangUp: flag.optional() }).optional(),
  lines: lines.optional(),
});

/** A flow that can be run, frozen. Throws `ConfigError` naming the field; `source` says where the flow stands. */
export function parseFlow(value: unknown, source: string): Flow {
  const result = definition.safeParse(value);
  if (!result.success) throw configError(result.error, source);
  const flow = { ...(result.data as FlowDefinition), kind: 'flow' } as const;
  checkLanguage(flow, source);
  checkQuestions(flow, source);
  return Object.freeze(flow);
}

/** The tag may be well known in its first part and still be no tag: "en_US". */
function checkLanguage(flow: Flow, source: string): void {
  try {
    new Intl.Locale(flow.language);
  } catch (cause) {
    throw new ConfigError(`${source}: language`, 'is not a BCP 47 tag', 'Write "he-IL" or "en-US".', cause);
  }
}

function checkQuestions(flow: Flow, source: string): void {
  const slots = flow.questions.map(({ slot }) => slot);
  for (const [index, each] of flow.questions.entries()) {
    const path = `${source}: questions[${index}]`;
    if (slots.indexOf(each.slot) < index) {
      throw new ConfigError(`${path}.slot`, `"${each.slot}" is asked twice`, 'Give every question a slot of its own.');
    }
    checkCondition(flow, index, path);
    checkRange(each, path);
    for (const field of ['ask', 'askAgain', 'help', 'acknowledge'] as const)
      checkWords(each[field], slots, `${path}.${field}`);
    checkWords(each.readBack, [...slots, 'value'], `${path}.readBack`);
    if (each.otherwise?.type === 'take-words') checkWords(each.otherwise.ask, slots, `${path}.otherwise.ask`);
    else checkWords(each.otherwise?.say, slots, `${path}.otherwise.say`);
  }
  checkWords(flow.summary, [...slots, 'values'], `${source}: summary`);
  checkWords(flow.closing, slots, `${source}: closing`);
  checkWords(flow.operator?.say, slots, `${source}: operator.say`);
}

function checkCondition(flow: Flow, index: number, path: string): void {
  const earlier = flow.questions.slice(0, index);
  for (const [slot, wanted] of Object.entries(flow.questions[index]!.when ?? {})) {
    const asked = earlier.find((each) => each.slot === slot);
    const key = `${path}.when.${slot}`;
    if (!asked) {
      const remedy = didYouMean(
        slot,
        earlier.map((each) => each.slot),
      );
      throw new ConfigError(key, 'is not the slot of an earlier question', remedy);
    }
    const values = valuesOf(asked);
    const unknown = [wanted ?? []].flat().find((value) => values && !values.includes(value));
    if (unknown !== undefined) {
      throw new ConfigError(key, `"${unknown}" is not a value of "${slot}"`, didYouMean(unknown, values!));
    }
  }
}

/** The values that the question can have, where they are few. */
function valuesOf(asked: Question): readonly string[] | undefined {
  if (asked.kind === 'yes-no') return ['yes', 'no'];
  return asked.kind === 'choice' && !asked.open ? asked.options.map(({ value }) => value) : undefined;
}

function checkRange(each: Question, path: string): void {
  if (each.kind === 'number' && (each.min ?? 0) > (each.max ?? Number.POSITIVE_INFINITY)) {
    throw new ConfigError(`${path}.min`, 'is above max', 'Exchange them.');
  }
  if (each.kind === 'time' && each.within && each.within.from > each.within.to) {
    throw new ConfigError(`${path}.within.from`, 'is after "to"', 'Exchange them; a range cannot span midnight.');
  }
  if (each.kind !== 'choice') return;
  const values = each.options.map(({ value }) => value);
  const twice = values.findIndex((value, index) => values.indexOf(value) < index);
  if (twice >= 0)
    throw new ConfigError(`${path}.options[${twice}].value`, `"${values[twice]}" is there twice`, 'Remove one.');
}

function checkWords(words: Words | undefined, slots: readonly string[], path: string): void {
  const text = plainWords(words);
  if (typeof text !== 'string') return;
  for (const [, slot] of text.matchAll(/\{([^{}]+)\}/gu)) {
    if (!slots.includes(slot!))
      throw new ConfigError(path, `{${slot}} is no slot of this flow`, didYouMean(slot!, slots));
  }
}
