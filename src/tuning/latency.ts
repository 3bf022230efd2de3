/** How long brain and voice took for each answer of a call, and so when it would be heard if it were decided at another time. */

import { taskOf } from '../core/turn.ts';
import { normalized } from '../core/words.ts';
import type { Recording } from './recording.ts';

/** One reply of the journal, from the decision to give it. */
export interface ReplyTiming {
  readonly reply: number;
  /** The step of the decision. */
  readonly index: number;
  readonly kind: 'answer' | 'line';
  /** The caller's words that it answers, without their punctuation. */
  readonly words: string;
  readonly decidedAt: number;
  /** It was begun ahead of the decision. */
  readonly preparedAt?: number;
  /** The brain's first sentence went to the voice. */
  readonly askedAt?: number;
  /** Its first frame went out. */
  readonly soundAt?: number;
  /** It was taken back before anything of it was heard. */
  readonly withdrawnAt?: number;
  /** A filler was its first sound. */
  readonly isFilled: boolean;
}

type Draft = { -readonly [K in keyof ReplyTiming]: ReplyTiming[K] };

export function replyTimings({ effects, events, states }: Recording): readonly ReplyTiming[] {
  const drafts = new Map<number, Draft>();
  let prepared: { readonly reply: number; readonly at: number } | undefined;
  events.forEach((event, index) => {
    const draft = 'reply' in event && event.reply !== undefined ? drafts.get(event.reply) : undefined;
    if (draft && draft.soundAt === undefined) {
      if (event.type === 'voice-request') draft.askedAt ??= event.at;
      if (event.type === 'sentence-start' && event.line === 'filler') draft.isFilled = true;
      if (event.type === 'playout-start') draft.soundAt = event.at;
    }
    for (const effect of effects[index]!) {
      if (effect.type === 'answer-prepare') prepared = { reply: effect.reply, at: event.at };
      if (effect.type === 'answer-drop') prepared = undefined;
      if (effect.type === 'reply-cancel') {
        const cancelled = drafts.get(effect.reply);
        if (cancelled && cancelled.soundAt === undefined) cancelled.withdrawnAt ??= event.at;
      }
      if (effect.type !== 'answer-start' && effect.type !== 'line-start') continue;
      const { reply } = effect;
      drafts.set(reply, {
        reply,
        index,
        kind: effect.type === 'answer-start' ? 'answer' : 'line',
        words: normalized(taskOf(states[index + 1]!.turn)?.answers ?? ''),
        decidedAt: event.at,
        ...(prepared?.reply === reply ? { preparedAt: prepared.at } : {}),
        isFilled: false,
      });
      prepared = undefined;
    }
  });
  return [...drafts.values()];
}

/** What is usual in the journals; stands for what one answer does not tell. */
export interface UsualLatency {
  /** Answers that were ready before they were due count with all the time that they had. */
  readonly brainMs: number;
  /** They count with none. */
  readonly soonestBrainMs: number;
  readonly voiceMs: number;
  readonly lineMs: number;
}

export function usualLatency(timings: readonly ReplyTiming[]): UsualLatency {
  const heard = timings.filter(({ isFilled, soundAt }) => soundAt !== undefined && !isFilled);
  const answers = heard.filter(({ askedAt, kind }) => kind === 'answer' && askedAt !== undefined);
  return {
    brainMs: median(answers.map(spentOnBrain)),
    soonestBrainMs: median(answers.map((timing) => (wasReady(timing) ? 0 : spentOnBrain(timing)))),
    voiceMs: median(answers.map(({ askedAt, soundAt }) => soundAt! - askedAt!)),
    lineMs: median(heard.filter(({ kind }) => kind === 'line').map(({ decidedAt, soundAt }) => soundAt! - decidedAt)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

const begunAt = ({ decidedAt, preparedAt }: Pick<ReplyTiming, 'decidedAt' | 'preparedAt'>): number =>
  preparedAt ?? decidedAt;

const spentOnBrain = (timing: ReplyTiming): number => timing.askedAt! - begunAt(timing);

/** A prepared answer that is asked of the voice so soon was ready before. */
const AT_ONCE_MS = 5;

const wasReady = ({ askedAt, decidedAt, preparedAt }: ReplyTiming): boolean =>
  preparedAt !== undefined && askedAt !== undefined && askedAt - decidedAt <= AT_ONCE_MS;

/** What a moment is wanted for: a gain is to be at least so large, and a cost at most. */
export type Estimate = 'latest' | 'soonest';

/**
 * When an answer would be heard. Of one that was ready before it was due the journal only tells that the brain needed no
 * longer than that: it needed all of that time at the latest, if that is not unusual, and none at the soonest.
 */
export function soundAt(
  timing: ReplyTiming | undefined,
  usual: UsualLatency,
  decided: Pick<ReplyTiming, 'kind' | 'decidedAt' | 'preparedAt'>,
  estimate: Estimate,
): number {
  const { decidedAt, kind } = decided;
  if (kind === 'line') {
    return decidedAt + (timing?.soundAt === undefined ? usual.lineMs : timing.soundAt - timing.decidedAt);
  }
  if (timing?.isFilled && timing.soundAt !== undefined) return Math.max(decidedAt, timing.soundAt);
  const usualBrainMs = estimate === 'latest' ? usual.brainMs : usual.soonestBrainMs;
  const usualWork = { brainMs: usualBrainMs, voiceMs: usual.voiceMs };
  const { brainMs, voiceMs } = timing ? workOf(timing, usualWork) : usualWork;
  return Math.max(decidedAt, begunAt(decided) + brainMs) + voiceMs;
}

type Work = Pick<UsualLatency, 'brainMs' | 'voiceMs'>;

function workOf(timing: ReplyTiming, usual: Work): Work {
  const { askedAt, decidedAt, withdrawnAt } = timing;
  const begun = begunAt(timing);
  if (askedAt === undefined) {
    const silentMs = withdrawnAt === undefined ? 0 : withdrawnAt + 1 - begun - usual.voiceMs;
    return { brainMs: Math.max(usual.brainMs, silentMs), voiceMs: usual.voiceMs };
  }
  const spentMs = spentOnBrain(timing);
  const brainMs = wasReady(timing) ? Math.min(spentMs, usual.brainMs) : spentMs;
  const readyAt = Math.max(decidedAt, begun + brainMs);
  const silentMs = withdrawnAt === undefined ? 0 : withdrawnAt + 1 - readyAt;
  return {
    brainMs,
    voiceMs: timing.soundAt === undefined ? Math.max(usual.voiceMs, silentMs) : timing.soundAt - readyAt,
  };
}
