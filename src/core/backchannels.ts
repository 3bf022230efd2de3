/** What people say to show that they are listening, and not to take the floor. */
import { normalized } from './words.ts';

/** Either alone or in a row: "mhm", "כן כן", "okay yeah". As `normalized` leaves them. */
const SOUNDS = new Set(
  [
    'mhm mm mmm hmm hm uh huh all ah oh ok okay yeah yes yep yup sure right alright i see got it good great nice really wow',
    'אהה אה אהא ממ מממ אמממ המ המם כן אוקיי אוקי בסדר טוב נכון יופי הבנתי ברור מעולה סבבה באמת וואו אה־הה',
  ]
    .join(' ')
    .split(' '),
);

/** More than a few of them in a row are a sentence. */
const MOST = 3;

/** Whether these words, over the agent's voice, only say "go on". Empty words say nothing at all. */
export function isBackchannel(words: string): boolean {
  const said = normalized(words).split(' ');
  return words.trim() !== '' && said.length <= MOST && said.every((word) => SOUNDS.has(word));
}
