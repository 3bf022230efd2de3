import { describe, expect, test } from 'vitest';
import { createStats } from './phone.ts';
import { renderReport } from './render-report.ts';
import { type CallRecord, createReport } from './report.ts';

const record: CallRecord = {
  scenario: 'Book',
  server: 'http://127.0.0.1:3000',
  callSid: 'CA1',
  streamSid: 'MZ1',
  from: '+1555',
  to: '+1666',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedBy: 'agent',
  twimlMs: 4.4,
  upgradeMs: 6.1,
  spokenByTwilio: [],
  timeline: {
    durationMs: 20_000,
    utterances: [
      { kind: 'say', text: 'A cleaning, please.', from: 4_000, to: 5_000 },
      { kind: 'say-over', text: 'On Monday.', from: 7_000, to: 7_800 },
    ],
    agentSpans: [
      { from: 300, to: 3_000 },
      { from: 5_700, to: 7_240 },
      { from: 8_600, to: 11_000 },
    ],
  },
  stats: createStats(),
  complaints: [],
  remarks: [],
  expect: [{ 'ended-by': 'agent' }, { 'barge-in-ms': { max: 300 } }],
  journal: undefined,
  files: { recording: 'calls/CA1.wav' },
};

const journal = {
  servedBy: {
    agent: 'Front desk',
    providers: { stt: 'scripted', brain: 'flow', tts: 'flite' },
    caveats: ['the recogniser is scripted'],
  },
  outcome: { status: 'completed', flow: 'book', slots: { day: 'monday' } },
  endReason: 'agent-finished',
  turns: [
    { who: 'agent', text: 'What can we do for you?', from: 280, to: 3_000 },
    { who: 'caller', text: 'a cleaning', from: 3_950, to: 5_010 },
    { who: 'agent', text: 'Which day', from: 5_560, to: 7_200, interrupted: true, intended: 'Which day suits you?' },
    { who: 'caller', text: 'on monday', from: 7_020, to: 7_810 },
  ],
  replies: [
    { reply: 2, audibleAt: 5_560, recognitionMs: 320, endpointingMs: 450, brainMs: 2, voiceMs: 108, totalMs: 560 },
  ],
} as const;

describe('without a journal', () => {
  const report = createReport(record);

  test('the report holds what the caller could hear', () => {
    expect(report).toMatchObject({ ok: true, greetingMs: 300, replies: 2, twimlMs: 4, deadAirMs: 800 });
    expect(report.turns.map(({ gapMs }) => gapMs)).toEqual([700, 800]);
    expect(report.bargeIns).toEqual([{ text: 'On Monday.', at: 7_000, reactionMs: 240 }]);
    expect(report).not.toHaveProperty('outcome');
  });

  test('it is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('it reads without the columns that nobody can fill', () => {
    const text = renderReport(report);
    expect(text).toContain('» On Monday.');
    expect(text).toContain('barge-in  at 00:07.0, the agent was silent after 240 ms');
    expect(text).toMatch(/✓ ended-by: agent {2}/);
    expect(text).toContain('recording calls/CA1.wav');
    expect(text).not.toContain('recognition');
    expect(text).not.toContain('undefined');
  });
});

describe('with a journal', () => {
  const report = createReport({ ...record, journal });

  test('each turn has its words and the parts of its delay', () => {
    expect(report.turns).toMatchObject([
      { said: 'A cleaning, please.', heardAs: 'a cleaning', answer: 'Which day', timing: { reply: 2, voiceMs: 108 } },
      { said: 'On Monday.', heardAs: 'on monday' },
    ]);
    expect(report.turns[1]).not.toHaveProperty('timing');
    expect(report).toMatchObject({ endReason: 'agent-finished', outcome: { slots: { day: 'monday' } } });
  });

  test('the table shows them, and what was not the real thing', () => {
    const text = renderReport(report);
    const row = text.split('\n').find((line) => line.includes('A cleaning, please.'));
    expect(row).toMatch(/a cleaning +320 +450 +2 +108 +700$/);
    expect(text).toContain('Answered by Front desk: hears with scripted, thinks with flow, speaks with flite');
    expect(text).toContain('Mind: the recogniser is scripted');
    expect(text).toContain('outcome   book completed · day: monday');
  });
});

describe('a call fails', () => {
  test('by an expectation', () => {
    const report = createReport({ ...record, expect: [{ 'barge-in-ms': { max: 200 } }] });
    expect(report.ok).toBe(false);
    expect(renderReport(report)).toContain('✗ barge-in-ms: {max: 200}  longest 240 ms of 1');
    expect(renderReport(report)).toContain('1 of 1 expectations failed');
  });

  test('by an error, with its meaning and remedy; warnings and notes alone do not', () => {
    const warning = { level: 'warning', code: 31951, message: 'extra field "track"', atMs: 1_000, count: 3 } as const;
    const note = { level: 'note', message: 'odd size' } as const;
    const warned = createReport({ ...record, complaints: [warning, note], expect: [] });
    expect(warned.ok).toBe(true);
    expect(renderReport(warned)).toContain('warning   31951 extra field "track" at 00:01.0, 3 times\n');
    expect(warned.complaints[0]!.remedy).toBeTruthy();
    const [verdict] = createReport({ ...record, complaints: [warning, note], expect: ['no-warnings'] }).expectations;
    expect(verdict).toMatchObject({ status: 'failed', detail: 'extra field "track"' });
    expect(createReport({ ...record, complaints: [{ ...warning, level: 'error' }] }).ok).toBe(false);
  });

  test('not by what could not be known', () => {
    const report = createReport({ ...record, expect: [{ 'agent-said': ['hello'] }] });
    expect(report).toMatchObject({ ok: true, expectations: [{ status: 'unknown' }] });
  });
});
