/** A call as it may be shown to anybody: what happened and when, without words, names and numbers. */
import type { ReadJournal } from '../../call/journal.ts';
import type { CallPage } from '../contract/calls.ts';
import { shapeValue } from './shape.ts';
import { tellStory } from './story.ts';

export interface BundleParts {
  readonly page: CallPage;
  /** None when this node has no journal. */
  readonly journals: readonly ReadJournal[];
  /** Of Kav. */
  readonly version: string;
}

export function bundleOf({ journals, page, version }: BundleParts): string {
  const { cost: _, hasJournal: __, ...known } = page;
  const story = journals.length === 0 ? null : withoutTexts(tellStory(journals));
  const bundle = { schema: 'kav-bundle/1', version, ...known, story, journals };
  return `${JSON.stringify(shapeValue(bundle), undefined, 1)}\n`;
}

/** The sentences repeat what the journals hold; titles and remedies are the same for everybody. */
function withoutTexts({ causes, replies, ...story }: ReturnType<typeof tellStory>): object {
  return {
    ...story,
    replies: replies.map(({ sentences: _, bars, ...reply }) => ({
      ...reply,
      bars: bars.map(({ fromMs, name, toMs }) => ({ kind: name.replaceAll(' ', '-'), fromMs, toMs })),
    })),
    causes: causes.map(({ at, cause, fault }) => ({ cause, fault, atMs: at })),
  };
}
