/** The story of a call, for people. */
import { sentencesOf } from './sentences.ts';
import { type CallStory, length, stamp, type TurnStory } from './story.ts';
import { barsOf, renderWaterfall } from './waterfall.ts';

/** All turns in brief. */
export function renderCall(story: CallStory): readonly string[] {
  const { endReason, endedAt, head, turns } = story;
  const { brain, stt, tts } = head.providers;
  return [
    `${head.callSid}${head.attempt === undefined ? '' : `, stream ${head.attempt}`} · ${head.agent} (${head.language}) · ${head.startedAt}`,
    `${stt} → ${brain} → ${tts} · ${length(endedAt)} · ended: ${endReason ?? 'unknown'}`,
    '',
    ...turns.map(lineOf),
  ];
}

/** One turn with every step of its decision. */
export function renderTurn(turn: TurnStory): readonly string[] {
  const steps = turn.entries.flatMap((entry) =>
    sentencesOf(entry).map((text) => `${stamp(entry.event.at).padStart(9)}  ${text}`),
  );
  const bars = renderWaterfall(turn);
  return [lineOf(turn), '', ...steps, ...(bars.length > 0 ? ['', ...bars] : [])];
}

/** The same for programs. */
export function turnJson(turn: TurnStory): object {
  const { entries, ...facts } = turn;
  const steps = entries.flatMap((entry) => {
    const sentences = sentencesOf(entry);
    return sentences.length === 0 ? [] : [{ at: entry.event.at, event: entry.event.type, sentences }];
  });
  return { ...facts, waterfall: barsOf(turn), steps };
}

function lineOf(turn: TurnStory): string {
  const { end, frameAt, heard, kind, prepared, said, speechEnd, startedAt } = turn;
  const waited =
    speechEnd === undefined || frameAt === undefined ? '' : ` · ${length(frameAt - speechEnd)} to the first frame`;
  const ahead = prepared === undefined ? '' : ` · begun ahead: ${prepared}`;
  const words = [said === '' ? '' : `caller: "${said}"`, heard === '' ? '' : `agent: "${heard}"`].filter(
    (text) => text !== '',
  );
  return `turn ${turn.turn} · ${stamp(startedAt)} · ${kind}, ${end}${waited}${ahead}${words.map((text) => `\n    ${text}`).join('')}`;
}
