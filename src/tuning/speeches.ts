/** The caller's utterances in a journal, each with what was understood of it. */
import type { CallEvent } from '../core/call-event.ts';

export interface Speech {
  /** When it really began, by the detector. */
  readonly since: number;
  /** The step that told of its beginning; likewise its other steps. */
  readonly startIndex: number;
  readonly startAt: number;
  readonly sustainedIndex?: number;
  readonly endIndex?: number;
  /** When it really ended. */
  readonly endSince?: number;
  /** The step that brought its words, or that there were none. */
  readonly wordsIndex?: number;
  readonly words: string;
}

type Draft = { -readonly [K in keyof Speech]: Speech[K] } & { endAt?: number; partial: string };

/**
 * In their order. A recogniser gives one final for each utterance that has ended, in order; one that stays away for
 * `finalWaitMs` does not come any more.
 */
export function speechesOf(events: readonly CallEvent[], finalWaitMs: number): readonly Speech[] {
  const drafts: Draft[] = [];
  const owed: Draft[] = [];
  let current: Draft | undefined;
  events.forEach((event, index) => {
    switch (event.type) {
      case 'speech-start':
        current = { since: event.since, startIndex: index, startAt: event.at, words: '', partial: '' };
        drafts.push(current);
        break;
      case 'speech-sustained':
        if (current) current.sustainedIndex ??= index;
        break;
      case 'speech-end':
        if (!current) break;
        Object.assign(current, { endIndex: index, endSince: event.since, endAt: event.at });
        owed.push(current);
        current = undefined;
        break;
      case 'transcript-partial':
        if (current) current.partial = event.text;
        break;
      case 'transcript-final': {
        while (owed[0]?.endAt !== undefined && event.at - owed[0].endAt > finalWaitMs) owed.shift();
        const speech = owed.shift() ?? current ?? drafts.at(-1);
        if (!speech) break;
        speech.words = `${speech.words} ${event.text}`.trim();
        speech.wordsIndex = index;
        break;
      }
    }
  });
  return drafts.map(({ endAt: _, partial, ...speech }) => ({
    ...speech,
    words: speech.words || wordsLost(speech, partial),
  }));
}

/** A partial stands for the words of a final that never came. */
const wordsLost = ({ wordsIndex }: Pick<Speech, 'wordsIndex'>, partial: string): string =>
  wordsIndex === undefined ? partial : '';
