/** What people say to show that they are listening, and not to take the floor. */
import { normalized } from './words.ts';

/** Either alone or in a row: "mhm", "כן כן", "okay yeah". As `normalized` leaves them. */
const SOUNDS = new Set(
  [
    'mhm mm mmm hmm hm uh huh ah oh ok okay yeah yes yep yup sure right alright good great nice really wow',
    'אהה אה אהא ממ מממ אמממ המ המם כן אוקיי אוקי בסדר טוב נכון יופי הבנתי ברור מעולה סבבה באמת וואו אה־הה',
  ]
    .join(' ')
    .split(' '),
);

/** Two words that are one sound; the first alone may begin anything. */
const PAIRS = new Set(['all right', 'got it', 'i know', 'i see']);

/** More than a few of them in a row are a sentence. */
const MOST = 3;

/** Whether these words, over the agent's voice, only say "go on". Empty words say nothing at all. */
export function isBackchannel(words: string): boolean {
  return words.trim() !== '' && saysNothing(normalized(words).split(' '));
}

/** Whether words that are not all there yet may turn out to be a backchannel with the next one: "all", "oh I". */
export function beginsBackchannel(words: string): boolean {
  const said = normalized(words).split(' ');
  const isBegun = [...PAIRS].some((pair) => pair.startsWith(`${said.at(-1)} `));
  return isBegun && saysNothing(said.slice(0, -1));
}

function saysNothing(said: readonly string[]): boolean {
  if (said.length > MOST) return false;
  for (let i = 0; i < said.length; i++) {
    if (PAIRS.has(`${said[i]} ${said[i + 1]}`)) i++;
    else if (!SOUNDS.has(said[i]!)) return false;
  }
  return true;
}
