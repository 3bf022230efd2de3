import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JournalEntry, JournalHead } from '../call/journal.ts';
import { initialCall, step } from '../core/call.ts';
import type { CallEvent } from '../core/call-event.ts';
import { defaultSettings } from '../core/settings.ts';
import { floorOf } from '../core/turn.ts';
import { CAUSES } from './causes/cause.ts';
import { findCauses } from './rca.ts';
import { renderCall, renderTurn, turnJson } from './render.ts';
import { storyOf } from './story.ts';

const HEAD: JournalHead = {
  journal: 1,
  version: 'test',
  callSid: 'CA00000000000000000000000000000001',
  streamSid: 'MZ1',
  from: '+15551230001',
  to: '+15551230000',
  agent: 'Test',
  language: 'en-US',
  providers: { stt: 'ears', brain: 'mind', tts: 'mouth' },
  caveats: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  settings: defaultSettings,
};

/** A call in which these events happened. */
function callOf(events: readonly CallEvent[]) {
  let state = initialCall;
  const entries: JournalEntry[] = events.map((event) => {
    const [next, effects] = step(state, event, defaultSettings);
    state = next;
    return { event, effects, state: floorOf(state.turn) };
  });
  return storyOf({ head: HEAD, entries });
}

const ANSWERED: readonly CallEvent[] = [
  { type: 'call-start', at: 0 },
  { type: 'reply-end', reply: 1, hangUp: false, at: 1 },
  { type: 'speech-start', since: 900, at: 1_000 },
  { type: 'speech-sustained', confidence: 0.9, at: 1_100 },
  { type: 'transcript-partial', text: 'are you', at: 1_400 },
  { type: 'speech-end', since: 2_000, at: 2_200 },
  { type: 'transcript-final', text: 'are you open', at: 2_250 },
  {
    type: 'endpoint-judged',
    words: 'are you open',
    expects: 'open',
    waitMs: 400,
    ending: 'complete',
    reasons: ['question'],
    at: 2_250,
  },
  { type: 'deadline', at: 2_250 },
  { type: 'deadline', at: 2_400 },
  { type: 'provider-answer', operation: 'brain', provider: 'mind', afterMs: 300, at: 2_550 },
  { type: 'voice-request', reply: 2, text: 'Yes.', at: 2_600 },
  { type: 'sentence-start', reply: 2, text: 'Yes.', at: 2_800 },
  { type: 'playout-start', reply: 2, at: 2_801 },
  { type: 'sentence-end', reply: 2, audioMs: 600, at: 2_850 },
  { type: 'reply-end', reply: 2, hangUp: false, at: 2_860 },
  { type: 'playout-dry', reply: 2, sentMs: 600, at: 3_401 },
  { type: 'mark', reply: 2, generation: 0, playedMs: 600, last: true, at: 3_460 },
];

test('a turn is told from the first sound of the caller to the last of the agent, with its reasons', () => {
  const [, turn] = callOf(ANSWERED).turns;
  expect(turn).toMatchObject({
    turn: 2,
    kind: 'answer',
    end: 'played',
    said: 'are you open',
    heard: 'Yes.',
    prepared: 'used',
    speechEnd: 2_000,
    wordsAt: 2_250,
    startedAt: 2_400,
    firstTextAt: 2_550,
    sentenceAt: 2_600,
    audioAt: 2_800,
    frameAt: 2_801,
    heardAt: 2_860,
    playedMs: 600,
  });
  const text = renderTurn(turn!).join('\n');
  for (const part of [
    '1.000  The caller began to speak, 100 ms before this was certain.',
    'It was more than a noise (confidence 0.9).',
    '400 ms of silence end the turn because of question',
    'An answer is begun ahead of the decision, to "are you open".',
    '2.400  → Decision: the turn is over, the caller is answered (the silence has lasted).',
    'mind (brain) gave its first result after 300 ms.',
    'The last mark came back: 600 ms were played.',
    'voice          │',
  ]) {
    expect(text).toContain(part);
  }
  expect(turnJson(turn!)).toMatchObject({
    turn: 2,
    waterfall: expect.arrayContaining([{ label: 'brain', from: 2_400, to: 2_600 }]),
  });
  expect(renderCall(callOf(ANSWERED)).join('\n')).toContain(
    'turn 2 · 2.400 · answer, played · 801 ms to the first frame',
  );
});

test('a stalled process and lost audio are told from their notes', () => {
  const story = callOf([
    ...ANSWERED,
    { type: 'playout-underrun', times: 2, lateMs: 300, at: 3_500 },
    { type: 'media-gap', gaps: 3, gapMs: 240, at: 3_500 },
  ]);
  expect(findCauses(story).map(({ cause, level }) => `${cause} ${level}`)).toEqual([
    'stall felt',
    'lost-audio blemish',
  ]);
});

test('an empty journal, and one cut off in the middle of a reply, are no error', () => {
  expect(findCauses(callOf([]))).toEqual([]);
  for (let length = 1; length < ANSWERED.length; length++) {
    const story = callOf(ANSWERED.slice(0, length));
    expect(findCauses(story)).toEqual([]);
    expect(story.turns.flatMap(renderTurn).join('\n')).not.toContain('undefined');
  }
});

test('a call without notes, of before they were kept, is told as well', () => {
  const old = ANSWERED.filter(({ type }) => type !== 'provider-answer');
  const [, turn] = callOf(old).turns;
  expect(turn?.firstTextAt).toBeUndefined();
  expect(renderTurn(turn!).join('\n')).toContain('Decision');
});

test('docs/why.md explains every cause with its class, and no other', () => {
  const page = readFileSync(new URL('../../docs/why.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([\w-]+)` \| (\w+) \|/gm)].map(([, cause, fault]) => `${cause} ${fault}`);
  expect(documented).toEqual(Object.entries(CAUSES).map(([cause, { fault }]) => `${cause} ${fault}`));
});
