import { expect, test } from 'vitest';
import type { ScenarioExpectation } from '../scenario.ts';
import { type CallFacts, judge } from './expectations.ts';

const facts: CallFacts = {
  durationMs: 30_000,
  endedBy: 'agent',
  complaints: [],
  measures: {
    greetingMs: 200,
    replies: 3,
    deadAirMs: 1_400,
    talkOverMs: 300,
    coughs: [],
    bargeIns: [{ text: 'no', at: 9_000, reactionMs: 310 }],
    turns: [{ said: 'yes', from: 1, to: 2, overAgent: false, answeredAt: 902, gapMs: 900 }],
  },
  journal: {
    replies: [],
    outcome: { status: 'completed', flow: 'book', slots: { day: 'monday', time: '15:00' } },
    turns: [
      { who: 'agent', text: 'Which day suits you?', from: 0, to: 1 },
      { who: 'caller', text: 'on Monday', from: 1, to: 2 },
    ],
  },
};

const cases: readonly [ScenarioExpectation, ScenarioExpectation][] = [
  [{ 'agent-replies': { min: 3, max: 3 } }, { 'agent-replies': { min: 4 } }],
  [{ 'agent-replies': {} }, { 'agent-replies': { max: 2 } }],
  [{ 'response-gap-ms': { max: 900 } }, { 'response-gap-ms': { max: 899 } }],
  [{ 'barge-in-ms': { max: 310 } }, { 'barge-in-ms': { max: 300 } }],
  [{ 'dead-air-ms': { max: 1_400 } }, { 'dead-air-ms': { max: 1_399 } }],
  [{ 'duration-ms': { max: 30_000 } }, { 'duration-ms': { max: 29_999 } }],
  [{ 'ended-by': 'agent' }, { 'ended-by': 'caller' }],
  [{ outcome: { status: 'completed', flow: 'book' } }, { outcome: { status: 'abandoned' } }],
  [{ outcome: { slots: { day: 'mon.*' } } }, { outcome: { slots: { time: '5:00' } } }],
  [{ outcome: {} }, { outcome: { slots: { name: '.*' } } }],
  [{ 'agent-said': ['WHICH DAY'] }, { 'agent-said': ['which day', 'on monday'] }],
  [{ 'caller-heard-as': ['monday$'] }, { 'caller-heard-as': ['tuesday'] }],
];

test.each(cases)('%j is met, %j is not', (met, failed) => {
  expect(judge(met, facts).status).toBe('met');
  expect(judge(failed, facts).status).toBe('failed');
});

test('no-warnings counts every complaint and names the first', () => {
  expect(judge('no-warnings', facts).status).toBe('met');
  const verdict = judge('no-warnings', { ...facts, complaints: ['too late', 'too long'] });
  expect(verdict).toEqual({ expectation: 'no-warnings', status: 'failed', detail: 'too late (and 1 more)' });
});

test('without the measured thing a limit is not met, without a journal its content is unknown', () => {
  const empty = { ...facts, measures: { ...facts.measures, bargeIns: [], turns: [] }, journal: undefined };
  expect(judge({ 'barge-in-ms': { max: 300 } }, empty)).toMatchObject({
    status: 'failed',
    detail: 'the caller never spoke over the agent',
  });
  expect(judge({ 'response-gap-ms': { max: 300 } }, empty).status).toBe('failed');
  expect(judge({ 'agent-said': ['x'] }, empty).status).toBe('unknown');
  expect(judge({ outcome: {} }, empty).status).toBe('unknown');
});

test('an expectation is written as in the scenario', () => {
  expect(judge({ outcome: { slots: { day: 'monday' } } }, facts).expectation).toBe('outcome: {slots: {day: monday}}');
});
