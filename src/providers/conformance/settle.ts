/** What the three conformance suites share: waiting on whichever clock the provider uses, and unpleasant words. */

/** Moves a provider's clock by that many milliseconds and lets promise jobs run. */
export type Advance = (ms: number) => Promise<void>;

/** Awaits `work`, moving the clock for as long as it takes; the test's own timeout ends a wait without end. */
export async function settle<T>(work: Promise<T>, advance: Advance | undefined): Promise<T> {
  if (!advance) return await work;
  let settled = false;
  const finished = () => {
    settled = true;
  };
  work.then(finished, finished);
  while (!settled) await advance(20);
  return await work;
}

/** A label and a text that no provider may choke on. */
export const hostileTexts: readonly (readonly [label: string, text: string])[] = [
  ['nothing', ''],
  ['white space', ' \n\t '],
  ['punctuation', '… — ?!'],
  ['emoji', '👍🏽🎉👨‍👩‍👧'],
  ['control characters', '\u0000\u0007\u001b[31mred\u001b[0m\u007f'],
  ['a lone surrogate', 'half \ud83d a face'],
  ['direction marks', '\u202eneponim\u202c \u200f'],
  ['an option', '-voice kal16 --help'],
  ['quotes', `"it's" \`$(reboot)\` '; drop table calls; --`],
  ['markup', '<speak><break time="10s"/>&amp;</speak> %env% {{prompt}} %s %n'],
  ['Hebrew', 'אני מחפשת דירה בתל אביב'],
  ['a long word', 'a'.repeat(3_000)],
  ['a long speech', 'I said yes, and then no. '.repeat(200)],
];
