/** Where the time of a turn went, drawn as text. */
import { length, type Stretch, stamp, type TurnStory } from './story.ts';

export interface Bar extends Stretch {
  readonly label: string;
}

const WIDTH = 48;
const LABEL = 14;

/** In the order in which things happen; what the journal does not tell is left out. */
export function barsOf(turn: TurnStory): readonly Bar[] {
  const { audioAt, endedAt, firstTextAt, frameAt, heardAt, playedMs, sentenceAt, speechEnd, startedAt, wordsAt } = turn;
  const bar = (label: string, from: number | undefined, to: number | undefined): Bar[] =>
    from === undefined || to === undefined || to < from ? [] : [{ label, from, to }];
  const thought = sentenceAt ?? firstTextAt;
  return [
    ...bar('recogniser', speechEnd, wordsAt),
    ...bar('endpointing', speechEnd, startedAt),
    ...bar('brain', startedAt, thought),
    ...turn.tools.flatMap(({ from, to }) => bar('tools', from, to)),
    ...bar('voice', sentenceAt, audioAt),
    ...bar('to first frame', audioAt, frameAt),
    ...bar('way to the ear', frameAt, heardAt),
    ...bar('heard', heardAt ?? frameAt, heardAt === undefined ? endedAt : Math.min(endedAt, heardAt + playedMs)),
  ];
}

export function renderWaterfall(turn: TurnStory): readonly string[] {
  const bars = barsOf(turn);
  if (bars.length === 0) return [];
  const from = Math.min(...bars.map((bar) => bar.from));
  const to = Math.max(...bars.map((bar) => bar.to));
  const scale = WIDTH / Math.max(1, to - from);
  return bars.map((bar) => {
    const left = Math.min(WIDTH - 1, Math.floor((bar.from - from) * scale));
    const size = Math.max(1, Math.min(WIDTH - left, Math.round((bar.to - bar.from) * scale)));
    const drawn = `${' '.repeat(left)}${'█'.repeat(size)}`.padEnd(WIDTH);
    return `${bar.label.padEnd(LABEL)} │${drawn}│ ${stamp(bar.from)}  ${length(bar.to - bar.from)}`;
  });
}
