/** Passwords that are guessed first, whatever their length. */

const WORDS = [
  'password',
  'passwort',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'qwerty',
  'qwertz',
  'azerty',
  'asdfgh',
  'zxcvbn',
  'letmein',
  'welcome',
  'admin',
  'administrator',
  'root',
  'changeme',
  'default',
  'secret',
  'iloveyou',
  'monkey',
  'dragon',
  'football',
  'baseball',
  'sunshine',
  'princess',
  'superman',
  'batman',
  'trustno1',
  'master',
  'shadow',
  'michael',
  'jordan',
  'hello',
  'login',
  'starwars',
  'whatever',
  'computer',
  'internet',
  'israel',
  'jerusalem',
  'telaviv',
  'shalom',
  'twilio',
  'kav',
  'console',
  'operator',
  'owner',
  'company',
  'summer',
  'winter',
  'spring',
  'autumn',
  'סיסמה',
  'שלום',
];

const RUNS = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'אבגדהוזחטיכלמנסעפצקרשת',
];

const FEWEST_CHARACTERS = 5;

/** Why a password would be guessed soon; undefined for one that would not. `about` is what is known of its owner. */
export function weaknessOf(password: string, about: readonly string[]): string | undefined {
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < FEWEST_CHARACTERS) return 'has too few different characters';
  const period = /^(.{1,6}?)\1+$/su.exec(text)?.[1];
  if (period !== undefined) return 'is the same again and again';
  const known = [...WORDS, ...about.flatMap(wordsOf)].sort((a, b) => b.length - a.length);
  let rest = text;
  for (const word of known) rest = rest.replaceAll(word, '');
  for (const run of RUNS) rest = withoutRuns(rest, run);
  const isGuessed = rest.replace(/[\d\s\p{P}\p{S}]/gu, '').length < FEWEST_CHARACTERS;
  return isGuessed && rest.length < text.length ? 'is made of words and numbers that are guessed first' : undefined;
}

/** Of an address or a name: its parts that are worth a guess. */
function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length >= 3);
}

const SHORTEST_RUN = 4;

/** Without pieces of a run, forwards or backwards: `4321`, `cdef`. */
function withoutRuns(text: string, run: string): string {
  let rest = text;
  for (const way of [run, [...run].reverse().join('')]) {
    for (let from = 0; from + SHORTEST_RUN <= rest.length; from++) {
      let length = SHORTEST_RUN;
      if (!way.includes(rest.slice(from, from + length))) continue;
      while (from + length < rest.length && way.includes(rest.slice(from, from + length + 1))) length++;
      rest = rest.slice(0, from) + rest.slice(from + length);
      from--;
    }
  }
  return rest;
}
