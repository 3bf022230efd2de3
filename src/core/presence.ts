/**
 * Whether a person is on the line, by what was said. Voicemail, menus and other agents give themselves away by phrases, by
 * saying the same whatever they are told, and by giving our own words back. People say the same word a few times, and
 * "yes" to every question of a form.
 */
import { isBackchannel } from './backchannels.ts';
import type { Turn } from './call-event.ts';
import { soundsLikeMachine } from './machine-phrases.ts';
import { areOwnWords } from './own-words.ts';
import { normalized } from './words.ts';

export type Suspicion = 'machine-phrase' | 'same-words' | 'own-words' | 'clockwork';

/** What the caller said to something, and how long after it. */
interface Answer {
  readonly said: string;
  readonly to: string;
  readonly afterMs: number;
}

interface CallerWords {
  readonly text: string;
  /** When the first of them was spoken. */
  readonly from: number;
  /** The caller has said that it is a person. */
  readonly isPerson: boolean;
  /** So many turns of what machines say make a machine: once or twice people say such things, of one they spoke with. */
  readonly machinePhrases: number;
}

/** Longer ago than this is another matter. */
const RECENT_TURNS = 32;
/** The same sentence so often in a row, to different things each time. */
const SAME_TO_DIFFERENT = 3;
/** A word or two so often: "hello?" is what people say who cannot hear. */
const SAME_SHORT = 6;
/** So often whatever was said to it. */
const SAME_AT_ALL = 8;
const OWN_WORDS = 3;
/** People do not answer four times in a row after the same time, to a tenth of a second. */
const CLOCKWORK = 4;
const CLOCKWORK_MS = 100;

/** Why the words that the caller's turn ended with are hardly a person's; undefined for nearly all. */
export function suspicionOf(transcript: readonly Turn[], words: CallerWords): Suspicion | undefined {
  const answers = answersOf(transcript, words).reverse();
  const same = row(answers, ({ said }) => likeness(said, words.text) >= 0.8);
  if (!isAgreement(words.text) && same.length >= (isShort(words.text) ? SAME_SHORT : SAME_AT_ALL)) return 'same-words';
  if (words.isPerson) return undefined;
  const machine = answers.filter(({ said }) => soundsLikeMachine(said));
  if (soundsLikeMachine(words.text) && machine.length >= words.machinePhrases) return 'machine-phrase';
  if (isShort(words.text) || isAgreement(words.text)) return undefined;
  if (same.length >= SAME_TO_DIFFERENT && different(same) >= SAME_TO_DIFFERENT) return 'same-words';
  const own = row(answers, ({ said, to }) => !isShort(said) && said.split(' ').length > 3 && areOwnWords(said, to));
  if (own.length >= OWN_WORDS) return 'own-words';
  const alike = row(answers, ({ said }) => likeness(said, words.text) >= 0.5).slice(0, CLOCKWORK);
  return alike.length === CLOCKWORK && different(alike) >= SAME_TO_DIFFERENT && isClockwork(alike)
    ? 'clockwork'
    : undefined;
}

/** Whether what follows our question for a person is more of the same. */
export function goesOn(before: string, words: string): boolean {
  return soundsLikeMachine(words) || (before !== '' && likeness(before, words) >= 0.8);
}

const YES = new Set(
  [
    'yes yeah yep sure of course i am m im a an person human real being here it is this speaking you are hello hi',
    'כן בטח כמובן ודאי אני אדם בן בת אנושי אנושית פה כאן על הקו יש מדבר מדברת שלום הלו הי נכון',
  ]
    .join(' ')
    .split(' '),
);

/** "Yes", "yes, I am a person": an answer to that question and to nothing else. */
export function saysPerson(words: string): boolean {
  const said = normalized(words).split(' ');
  return said.length <= 8 && said[0] !== '' && said.every((word) => YES.has(word));
}

function answersOf(transcript: readonly Turn[], { text, from }: CallerWords): Answer[] {
  const now: Turn = { who: 'caller', text, from, to: from };
  const answers: Answer[] = [];
  let to = '';
  let toldAt = 0;
  let isAnswered = false;
  for (const turn of [...transcript.slice(-RECENT_TURNS).filter(({ aside }) => !aside), now]) {
    if (turn.who === 'caller') {
      answers.push({ said: normalized(turn.text), to, afterMs: turn.from - toldAt });
      isAnswered = true;
      continue;
    }
    to = isAnswered ? normalized(turn.text) : `${to} ${normalized(turn.text)}`.trim();
    toldAt = turn.to;
    isAnswered = false;
  }
  return answers;
}

/** The answers from the newest back, as long as they are so. */
function row(newestFirst: readonly Answer[], isSo: (answer: Answer) => boolean): readonly Answer[] {
  const end = newestFirst.findIndex((answer) => !isSo(answer));
  return end < 0 ? newestFirst : newestFirst.slice(0, end);
}

const different = (answers: readonly Answer[]): number => new Set(answers.map(({ to }) => to)).size;

function isClockwork(answers: readonly Answer[]): boolean {
  const times = answers.map(({ afterMs }) => afterMs);
  return Math.min(...times) > 0 && Math.max(...times) - Math.min(...times) <= CLOCKWORK_MS;
}

const isShort = (words: string): boolean => normalized(words).split(' ').length <= 2;

const NO = new Set(['no', 'nope', 'not', 'thanks', 'thank', 'you', 'please', 'לא', 'תודה', 'בבקשה']);

function isAgreement(words: string): boolean {
  const said = normalized(words).split(' ');
  return isBackchannel(words) || said.every((word) => NO.has(word) || isBackchannel(word));
}

/** The share of words that two utterances have in common (Dice's coefficient). */
function likeness(a: string, b: string): number {
  const [left, right] = [normalized(a).split(' '), normalized(b).split(' ')];
  const rest = [...right];
  let common = 0;
  for (const word of left) {
    const found = rest.indexOf(word);
    if (found < 0) continue;
    rest.splice(found, 1);
    common++;
  }
  return (2 * common) / (left.length + right.length);
}
