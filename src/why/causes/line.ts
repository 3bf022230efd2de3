/** What the carrier, the network and our own process did to a call. */
import type { CallEvent } from '../../core/call-event.ts';
import { type CallStory, length } from '../story.ts';
import { type Evidence, type Finding, finding } from './cause.ts';

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

const all = <T extends CallEvent['type']>({ entries }: CallStory, type: T): readonly Of<T>[] =>
  entries.flatMap(({ event }) => (event.type === type ? [event as Of<T>] : []));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);

/** Under these, nobody notices: a few frames, and what the playout lead covers. */
const NOTICED_GAP_MS = 200;
const NOTICED_STALL_MS = 250;
/** A shorter gap in speech is not heard as one. */
const HEARD_GAP_MS = 60;
/** So much lost audio is words. */
const FELT_GAP_MS = 600;

export function lineFindings(story: CallStory): readonly Finding[] {
  return [
    ...ownBug(story),
    ...streamError(story),
    ...socketLost(story),
    ...carrierSilent(story),
    ...lostAudio(story),
    ...stall(story),
  ];
}

function ownBug(story: CallStory): readonly Finding[] {
  const bugs = all(story, 'call-bug').map(({ at, error }): Evidence => ({ at, text: error }));
  const isUntold = story.endReason === 'internal-error' && bugs.length === 0;
  const evidence = isUntold ? [{ at: story.endedAt, text: 'the call ended with internal-error' }] : bugs;
  return finding('own-bug', 'ended', evidence);
}

function streamError(story: CallStory): readonly Finding[] {
  const evidence = all(story, 'stream-error').map(({ at, code }) => ({
    at,
    text: code === undefined ? 'Twilio gave no code' : `Twilio's code is ${code}`,
  }));
  return finding('stream-error', 'ended', evidence);
}

function socketLost(story: CallStory): readonly Finding[] {
  if (story.endReason !== 'socket-lost' || all(story, 'stream-error').length > 0) return [];
  return finding('socket-lost', 'ended', [{ at: story.endedAt, text: 'it closed without a farewell' }]);
}

function carrierSilent(story: CallStory): readonly Finding[] {
  const silences = all(story, 'media-silent');
  const isEnd = story.endReason === 'media-lost';
  const evidence = silences.map(({ at, silentMs }) => ({ at, text: `nothing for ${length(silentMs)} and more` }));
  if (isEnd) evidence.push({ at: story.endedAt, text: 'the stream was given up after 10 s' });
  return finding('carrier-silent', isEnd ? 'ended' : 'felt', evidence, {
    harmMs: Math.max(0, ...silences.map(({ silentMs }) => silentMs), isEnd ? 10_000 : 0),
  });
}

function lostAudio(story: CallStory): readonly Finding[] {
  const gaps = all(story, 'media-gap');
  const harmMs = sum(gaps.map(({ gapMs }) => gapMs));
  if (harmMs < NOTICED_GAP_MS) return [];
  const evidence = gaps.map(({ at, gapMs, gaps: count }) => ({ at, text: `${length(gapMs)} in ${count} gaps` }));
  return finding('lost-audio', harmMs >= FELT_GAP_MS ? 'felt' : 'blemish', evidence, { harmMs });
}

function stall(story: CallStory): readonly Finding[] {
  const underruns = all(story, 'playout-underrun').filter(({ lateMs }) => lateMs >= HEARD_GAP_MS);
  const late = all(story, 'process-late').filter(({ lateMs }) => lateMs >= NOTICED_STALL_MS);
  const evidence = [
    ...underruns.map(({ at, lateMs, times }) => ({
      at,
      text: `gaps that the caller heard: ${times}, ${length(lateMs)} at most`,
    })),
    ...late.map(({ at, lateMs }) => ({ at, text: `it woke ${length(lateMs)} late` })),
  ].sort((a, b) => a.at - b.at);
  const harmMs = sum([...underruns, ...late].map(({ lateMs }) => lateMs));
  return finding('stall', underruns.length > 0 ? 'felt' : 'blemish', evidence, { harmMs });
}
