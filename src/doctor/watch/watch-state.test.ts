import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { type FeedLine, nothingYet, parseFeedLine, readFeedLine } from './read-feed.ts';
import { OWN_CALL } from './steps.ts';
import { startWatch } from './watch.ts';
import type { WatchNews } from './watch-state.ts';

const CALL = 'CA1';
const SID = { call_sid: CALL };

/** A call's lines with the time before each. */
const WHOLE: readonly (readonly [number, FeedLine])[] = [
  [0, { event: 'WEBHOOK', route: 'incoming-call', verdict: 'asked', ...SID }],
  [20, { event: 'WEBHOOK', route: 'incoming-call', verdict: 'accepted', ...SID }],
  [300, { event: 'WS_HANDSHAKE', proto_req: '' }],
  [5, { event: 'WS_START', sid: 'MZ1', ...SID }],
  [20, { event: 'WS_MEDIA', rx: 1, ...SID }],
  [30, { event: 'playout-start', reply: 1, ...SID }],
  [500, { event: 'mark', reply: 1, ...SID }],
  [2_000, { event: 'speech-end', ...SID }],
  [400, { event: 'transcript-final', chars: 12, ...SID }],
  [300, { event: 'answer-start', reply: 2, ...SID }],
  [600, { event: 'playout-start', reply: 2, ...SID }],
  [4_000, { event: 'WS_STOP', reason: 'caller-hung-up', ...SID }],
  [0, { event: 'CALL_END', reason: 'caller-hung-up', ...SID }],
  [80, { event: 'WEBHOOK', route: 'stream-ended', verdict: 'done', ...SID }],
];

async function follow(lines: readonly (readonly [number, FeedLine])[], afterMs = 0) {
  const clock = new VirtualClock();
  const news: WatchNews[] = [];
  const { take } = startWatch({ clock, steps: OWN_CALL, onNews: (one) => news.push(one) });
  let following = nothingYet;
  for (const [before, line] of lines) {
    await clock.advance(before);
    const [next, inputs] = readFeedLine(following, line, clock.now());
    following = next;
    for (const input of inputs) take(input);
  }
  await clock.advance(afterMs);
  const over = news.find((one) => one.type === 'over');
  return { news, verdict: over?.type === 'over' ? over.verdict : undefined };
}

const without = (at: number): readonly (readonly [number, FeedLine])[] => WHOLE.filter((_, i) => i !== at);
const told = (news: readonly WatchNews[]): string[] =>
  news.map((one) => {
    if (one.type === 'trouble') return `trouble ${one.trouble.code ?? '-'}`;
    return one.type === 'over' ? 'over' : `${one.type} ${one.step.name}`;
  });

test('every step of a whole call is ticked off as it comes, and it is over with the last', async () => {
  const { news, verdict } = await follow(WHOLE);
  expect(told(news)).toEqual([...OWN_CALL.map(({ name }) => `came ${name}`), 'over']);
  expect(verdict).toEqual({ go: true, missing: [], notSeen: [] });
});

test.each([
  [1, 'answer', 11205],
  [2, 'upgrade', 31920],
  [3, 'start', 31924],
  [4, 'media-in', 31953],
  [5, 'frame-out', undefined],
  [6, 'mark-back', 31951],
  [8, 'words', undefined],
  [9, 'reply', undefined],
  [10, 'reply-out', undefined],
])('a call that stands still before line %i: %s is named as the first that is missing', async (at, name, code) => {
  const { news } = await follow(WHOLE.slice(0, at), 15_000);
  const [first] = news.filter((one) => one.type === 'missing');
  expect(first?.step.name).toBe(name);
  expect(first?.step.missing?.code).toBe(code);
  expect(first?.step.missing?.remedy).toMatch(/\.$/);
  expect(first?.at).toBeGreaterThanOrEqual(first!.step.due!.ms);
});

test.each([
  [12, 'end'],
  [13, 'stream-ended'],
])('without line %i the call is over all the same, and %s is missing', async (at, name) => {
  const { verdict } = await follow(without(at), 11_000);
  expect(verdict).toMatchObject({ go: false, missing: [name] });
});

test('what comes after it was named is told of, and the call may still be right', async () => {
  const late = WHOLE.map(([before, line], i) => [i === 5 ? before + 6_000 : before, line] as const);
  const { news, verdict } = await follow(late);
  expect(told(news).slice(4, 8)).toEqual(['came media-in', 'missing frame-out', 'came frame-out', 'came mark-back']);
  expect(news[6]).toMatchObject({ isLate: true });
  expect(verdict).toMatchObject({ go: true, missing: [] });
});

test('a caller who hangs up at once has missed nothing', async () => {
  const [, stop] = WHOLE[11]!;
  const { verdict } = await follow([...WHOLE.slice(0, 5), [1_000, stop], ...WHOLE.slice(12)]);
  expect(verdict).toMatchObject({ go: true, missing: [] });
  expect(verdict?.notSeen).toContain('mark-back');
});

test('another call, and a socket that nobody waits for, are passed over', async () => {
  const other = WHOLE.map(([, line]) => [0, { ...line, call_sid: 'CA2' }] as const);
  const { news } = await follow([WHOLE[0]!, ...other, [0, { event: 'WS_REFUSED', reason: 'not-found', status: 404 }]]);
  expect(told(news)).toEqual(['came webhook']);
});

test.each<[string, FeedLine, number | undefined]>([
  ['Twilio’s stream-error', { event: 'STREAM_ERROR', text: 'Protocol Error', code: 31924, ...SID }, 31924],
  ['a refused upgrade', { event: 'WS_REFUSED', reason: 'signature', status: 403 }, 31920],
  ['a token that is used up', { event: 'WS_REFUSED', reason: 'token-used', code: 1008, ...SID }, 31921],
  ['a refused callback', { event: 'WEBHOOK_REFUSED', route: 'stream-ended', reason: 'signature-wrong' }, 11200],
  ['a bug', { event: 'CALL_BUG', ...SID }, undefined],
  ['a socket that broke', { event: 'WS_STOP', reason: 'socket-lost', ...SID }, 31921],
])('%s is trouble with its code', async (_what, line, code) => {
  const { news } = await follow([...WHOLE.slice(0, 2), [100, line]], 20_000);
  const trouble = news.find((one) => one.type === 'trouble');
  expect(trouble?.trouble.code).toBe(code);
  expect(trouble?.trouble.remedy).toMatch(/[.?]$/);
});

test('a call that is refused is over at once', async () => {
  const refused = { event: 'WEBHOOK', route: 'incoming-call', verdict: 'refused', reason: 'full', ...SID };
  const { verdict } = await follow([WHOLE[0]!, [5, refused]]);
  expect(verdict).toMatchObject({ go: false, detail: 'the call was refused' });
});

test('whatever a feed holds, in whatever order, nothing throws and it is over at most once', async () => {
  const line = fc.oneof(fc.constantFrom(...WHOLE.map(([, one]) => JSON.stringify(one))), fc.string(), fc.json());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat({ max: 3_000 }), line), { maxLength: 30 }), async (texts) => {
      const lines = texts.flatMap(([before, text]) => {
        const parsed = parseFeedLine(text);
        return parsed ? [[before, parsed] as const] : [];
      });
      const { news } = await follow(lines, 30_000);
      expect(news.filter(({ type }) => type === 'over').length).toBeLessThan(2);
      const names = told(news).filter((text) => text.startsWith('came'));
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 100 },
  );
});
