/** What went wrong between the two who talk: too early, too late, twice, not at all, over each other. */
import type { JournalEntry } from '../../call/journal.ts';
import type { CallEvent, EndReason } from '../../core/call-event.ts';
import { areOwnWords } from '../../core/own-words.ts';
import { normalized } from '../../core/words.ts';
import { type CallStory, length, type TurnStory } from '../story.ts';
import { type Evidence, type Finding, finding } from './cause.ts';
import { isExplained } from './vendors.ts';

/** Nobody answers the first sounds of a reply: a caller who speaks within this time of them only goes on. */
const WENT_ON_MS = 400;
/** Longer than the longest pause that the rules wait for, with a little for the words. */
const LATE_MS = 2_600;
/** Silence while an answer was owed. */
const DEAD_AIR_MS = 3_000;
/** The same words again so soon are one question. */
const SAME_QUESTION_MS = 15_000;
/** So long two may speak at once before it is talking over. */
const OVERLAP_MS = 1_500;
/** So long a needless silence is heard as one. */
const FELT_PAUSE_MS = 1_000;

export function turnFindings(story: CallStory): readonly Finding[] {
  return [
    ...echo(story),
    ...earlyAnswers(story),
    ...lateAnswers(story),
    ...doubleReplies(story),
    ...missedWords(story),
    ...notUnderstood(story),
    ...overlaps(story),
    ...deadAir(story),
    ...nobody(story),
  ];
}

/** Words of the recogniser that the agent itself was saying, or has just said. */
function echo({ entries }: CallStory): readonly Finding[] {
  const said: string[] = [];
  const evidence: Evidence[] = [];
  for (const { event } of entries) {
    if (event.type === 'sentence-start') said.push(event.text);
    if (event.type !== 'transcript-final') continue;
    if (areOwnWords(event.text, said.slice(-3).join(' '))) {
      evidence.push({ at: event.at, text: `"${event.text}" was heard, which the agent had said` });
    }
  }
  return finding('echo', 'felt', evidence, { harmMs: evidence.length * 1_000 });
}

/** An answer was decided, and the caller, who had only paused, goes on. */
function earlyAnswers({ turns }: CallStory): readonly Finding[] {
  const early = turns.filter((turn) => turn.kind === 'answer' && goesOn(turn));
  const evidence = early.map(({ said, speechEnd, startedAt, turn }) => ({
    at: startedAt,
    turn,
    text: `answered ${length(startedAt - (speechEnd ?? startedAt))} after "${said}", and the caller went on`,
  }));
  return finding('early-answer', 'felt', evidence, { harmMs: evidence.length * 1_000 });
}

function goesOn({ end, entries, frameAt, startedAt }: TurnStory): boolean {
  if (end !== 'withdrawn' && end !== 'interrupted') return false;
  const until = frameAt === undefined ? Number.POSITIVE_INFINITY : frameAt + WENT_ON_MS;
  return entries.some(({ event }) => event.type === 'speech-start' && event.at >= startedAt && event.since < until);
}

function lateAnswers({ turns }: CallStory): readonly Finding[] {
  const late = turns.flatMap((turn) => {
    const { speechEnd, startedAt, wordsAt } = turn;
    if (speechEnd === undefined || turn.kind !== 'answer') return [];
    const waitMs = startedAt - Math.max(speechEnd, wordsAt ?? 0);
    return waitMs > LATE_MS && !isExplained(turn) ? [{ turn, waitMs }] : [];
  });
  const evidence = late.map(({ turn, waitMs }) => ({
    at: turn.startedAt,
    turn: turn.turn,
    text: `the decision came ${length(waitMs)} after the caller's last sound and words`,
  }));
  return finding('late-answer', 'felt', evidence, {
    harmMs: late.reduce((ms, { waitMs }) => ms + waitMs - LATE_MS, 0),
  });
}

function doubleReplies({ turns }: CallStory): readonly Finding[] {
  const answered = turns.filter(({ end, kind, said }) => kind === 'answer' && said !== '' && end !== 'withdrawn');
  const evidence = answered.flatMap((turn, i) => {
    const before = answered[i - 1];
    const isSame = before !== undefined && normalized(before.said) === normalized(turn.said);
    const isSoon = before !== undefined && turn.startedAt - before.startedAt < SAME_QUESTION_MS;
    // Without speech in between it was one utterance; with speech people do say things twice.
    const spoke = turn.speechEnd !== undefined;
    return isSame && isSoon && !spoke
      ? [{ at: turn.startedAt, turn: turn.turn, text: `"${turn.said}" had been answered in turn ${before.turn}` }]
      : [];
  });
  return finding('double-reply', 'felt', evidence, { harmMs: evidence.length * 2_000 });
}

/** Words came while the agent listened, and no turn of the record has them; or they are there, and nobody answered. */
function missedWords(story: CallStory): readonly Finding[] {
  // Of a call that goes on, or that a crash has cut off, what is still to come is not known.
  if (story.endReason === undefined) return [];
  const lost = unrecorded(story);
  const unanswered = neverAnswered(story).filter(({ at }) => lost.every((one) => one.at !== at));
  const evidence = [...lost, ...unanswered];
  return finding('missed-words', 'felt', evidence, { harmMs: evidence.length * 2_000 });
}

function unrecorded({ endedAt, entries }: CallStory): readonly Evidence[] {
  const record = entries
    .flatMap(({ effects }) => effects)
    .flatMap((effect) =>
      effect.type === 'turn-finished' && effect.turn.who === 'caller' ? [normalized(effect.turn.text)] : [],
    )
    .join(' ');
  return entries.flatMap(({ event, state }) => {
    if (event.type !== 'transcript-final' || state === 'SPEAKING' || normalized(event.text) === '') return [];
    const isKept = normalized(event.text)
      .split(' ')
      .every((word) => ` ${record} `.includes(` ${word} `));
    return isKept || event.at > endedAt - 1_000 ? [] : [{ at: event.at, text: `"${event.text}" is in no turn` }];
  });
}

/** Ends after which nobody is owed an answer here, or that another cause is named for. */
const NOT_OWED: ReadonlySet<string> = new Set<EndReason>([
  ...(['agent-finished', 'no-person', 'no-input', 'handed-over', 'moved'] as const),
  ...(['socket-lost', 'media-lost', 'internal-error', 'replies-failed', 'recogniser-failed'] as const),
]);

/** The last words of a call that Kav ended over them, or whose caller waited for an answer and hung up. */
function neverAnswered({ endReason, endedAt, entries, turns }: CallStory): readonly Evidence[] {
  if (endReason === undefined || NOT_OWED.has(endReason)) return [];
  const isAnswer = ({ effects }: JournalEntry): boolean => effects.some(({ type }) => type === 'answer-start');
  const rest = entries.slice(entries.findLastIndex(isAnswer) + 1);
  const answered = turns.map(({ said }) => normalized(said));
  const words = rest.flatMap(({ event, state }) =>
    event.type === 'transcript-final' && state !== 'SPEAKING' && normalized(event.text) !== '' ? [event] : [],
  );
  const open = words.filter(({ text }) => !answered.includes(normalized(text)));
  const heardUntil = Math.max(...rest.map(({ event }) => (event.type === 'speech-end' ? event.since : 0)), 0);
  const waitedMs = endedAt - Math.max(heardUntil, ...open.map(({ at }) => at));
  if (endReason === 'caller-hung-up' && waitedMs < DEAD_AIR_MS) return [];
  return open.map(({ at, text }) => ({ at, text: `"${text}" was never answered` }));
}

function notUnderstood({ entries }: CallStory): readonly Finding[] {
  const evidence = entries.flatMap(({ effects, event }) =>
    effects.some((effect) => effect.type === 'line-start' && effect.line === 'not-heard')
      ? [{ at: event.at, text: 'the agent had to say that it did not hear' }]
      : [],
  );
  return finding('not-understood', 'felt', evidence, { harmMs: evidence.length * 2_000 });
}

/** The floor between speech over the agent and what became of it. */
function overlaps({ entries }: CallStory): readonly Finding[] {
  const falseOnes: (Evidence & { readonly ms: number })[] = [];
  const talkOvers: (Evidence & { readonly ms: number })[] = [];
  let pausedAt: number | undefined;
  let speechFrom: number | undefined;
  for (const { effects, event, state } of entries) {
    if (event.type === 'speech-start' && state === 'SPEAKING') speechFrom = event.since;
    if (event.type === 'speech-end' || isSilence(event)) {
      talkOvers.push(...overlapOf(speechFrom, event));
      speechFrom = undefined;
    }
    for (const effect of effects) {
      if (effect.type === 'playout-pause') pausedAt = event.at;
      if (effect.type === 'playout-resume' && pausedAt !== undefined) {
        const ms = event.at - pausedAt;
        falseOnes.push({ at: pausedAt, turn: effect.reply, text: `silent for ${length(ms)}, then it went on`, ms });
      }
      if (effect.type === 'playout-pause' || effect.type === 'barge-in') {
        talkOvers.push(...overlapOf(speechFrom, event));
        speechFrom = undefined;
      }
    }
  }
  const total = (list: readonly { readonly ms: number }[]): number => list.reduce((ms, one) => ms + one.ms, 0);
  const plain = (list: readonly (Evidence & { readonly ms: number })[]): readonly Evidence[] =>
    list.map(({ ms: _, ...one }) => one);
  const pauseMs = total(falseOnes);
  const isFelt = falseOnes.length > 1 || pauseMs >= FELT_PAUSE_MS;
  return [
    ...finding('false-barge-in', isFelt ? 'felt' : 'blemish', plain(falseOnes), { harmMs: pauseMs }),
    ...finding('talk-over', 'felt', plain(talkOvers), { harmMs: total(talkOvers) }),
  ];
}

const isSilence = (event: CallEvent): boolean => event.type === 'playout-dry';

function overlapOf(from: number | undefined, event: CallEvent): readonly (Evidence & { readonly ms: number })[] {
  if (from === undefined) return [];
  const until = event.type === 'speech-end' ? event.since : event.at;
  const ms = until - from;
  return ms < OVERLAP_MS ? [] : [{ at: from, text: `both spoke for ${length(ms)}`, ms }];
}

function deadAir({ turns }: CallStory): readonly Finding[] {
  const silent = turns.flatMap((turn) => {
    const { endedAt, frameAt, speechEnd, startedAt } = turn;
    const from = speechEnd ?? startedAt;
    const ms = (frameAt ?? endedAt) - from;
    const isOwed = turn.end !== 'withdrawn' && turn.end !== 'open';
    const isLate = speechEnd !== undefined && startedAt - speechEnd > LATE_MS;
    return ms > DEAD_AIR_MS && isOwed && !isLate && !isExplained(turn) ? [{ turn, ms, from }] : [];
  });
  const evidence = silent.map(({ from, ms, turn }) => ({
    at: from,
    turn: turn.turn,
    text: `${length(ms)} of silence`,
  }));
  return finding('dead-air', 'felt', evidence, { harmMs: silent.reduce((total, { ms }) => total + ms, 0) });
}

function nobody({ endReason, endedAt }: CallStory): readonly Finding[] {
  if (endReason === 'no-person')
    return finding('no-person', 'ended', [{ at: endedAt, text: 'the call was ended for it' }]);
  if (endReason === 'no-input')
    return finding('caller-silent', 'ended', [{ at: endedAt, text: 'the call was ended for it' }]);
  return [];
}
