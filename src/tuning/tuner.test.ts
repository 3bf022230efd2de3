import { describe, expect, test } from 'vitest';
import type { ReadJournal } from '../call/journal.ts';
import type { CallSettings } from '../core/settings.ts';
import { type Figures, figuresOf } from './figures.ts';
import { usualLatency } from './latency.ts';
import { hangUpAt, type RecordedOptions, recordCall, spoken, type Told } from './recorded-call.fixture.ts';
import { recordingOf } from './recording.ts';
import { TunedCall, Tuner } from './tuner.ts';

/** The figures of one call as it was, then under each change; nothing changed must change nothing. */
function figures(journal: ReadJournal, ...changes: readonly Partial<CallSettings>[]): readonly Figures[] {
  const call = new TunedCall(recordingOf(journal));
  const trials = changes.map((change) => ({ name: '', change }));
  const tuner = new Tuner(trials, usualLatency(call.timings));
  tuner.add(call);
  const { decisions, same } = tuner.reproduction;
  expect(same).toBe(decisions);
  expect(tuner.unchanged).toEqual(tuner.happened);
  return [tuner.happened, ...tuner.tallies].map(figuresOf);
}

const fixed = { endpointing: 'fixed' } as const;
const record = (told: readonly Told[], settings: Partial<CallSettings> = fixed, options: RecordedOptions = {}) =>
  recordCall(told, { settings, ...options });

const hesitant = [...spoken(1_000, 2_000, 'I would like'), ...spoken(2_600, 3_600, 'a table'), hangUpAt(8_000)];

describe('the end of a turn', () => {
  test('a shorter wait buys time and costs a premature answer, a longer one the other way round', () => {
    const [was, sooner, later] = figures(
      record(hesitant, { ...fixed, endpointingMs: 800 }),
      { endpointingMs: 300 },
      { endpointingMs: 1_000 },
    );
    expect(was).toMatchObject({ turns: 1, gapP50Ms: 900, premature: 0 });
    // Begun when the words come, after 250 ms, at the latest with the 400 ms that the brain had then.
    expect(sooner).toMatchObject({ turns: 1, gapP50Ms: 750, premature: 1 });
    expect(later).toMatchObject({ turns: 1, gapP50Ms: 1_100, premature: 0 });
  });

  test('an answer that came too early is one turn with what the caller went on to say, and a longer wait mends it', () => {
    const [was, patient] = figures(record(hesitant, { ...fixed, endpointingMs: 300 }), { endpointingMs: 800 });
    expect(was).toMatchObject({ turns: 1, premature: 1 });
    expect(patient).toMatchObject({ turns: 1, premature: 0, gapP50Ms: 900 });
  });

  test('an answer that is taken back before it is heard costs nothing', () => {
    const [, quick] = figures(record(hesitant, { ...fixed, endpointingMs: 800 }, { brainMs: 900 }), {
      endpointingMs: 300,
    });
    expect(quick).toMatchObject({ premature: 0 });
  });

  test('the words decide where the rules are tried', () => {
    const told = [
      ...spoken(1_000, 2_000, 'I want to book an appointment for'),
      ...spoken(3_000, 4_000, 'Monday please'),
    ];
    const [was, ruled] = figures(record([...told, hangUpAt(8_000)]), { endpointing: 'rules' });
    expect(was).toMatchObject({ turns: 1, premature: 1 });
    expect(ruled).toMatchObject({ turns: 1, premature: 0 });
  });

  test('without speculation the brain begins at the decision', () => {
    const told = [...spoken(1_000, 2_000, 'hello there'), hangUpAt(6_000)];
    const [was, unprepared] = figures(record(told, { ...fixed, endpointingMs: 450 }), { speculative: false });
    expect(was).toMatchObject({ gapP50Ms: 550 });
    // The brain took 150 ms; that it took no longer than 200 is all that the journal tells.
    expect(unprepared).toMatchObject({ gapP50Ms: 750 });
  });

  test('who hangs up before the answer may have got it sooner', () => {
    const told = [...spoken(1_000, 2_000, 'hello there'), hangUpAt(2_500)];
    const [was, sooner] = figures(record(told, { ...fixed, endpointingMs: 800 }), {
      endpointingMs: 200,
      speculative: true,
    });
    expect(was).toMatchObject({ turns: 1, unresolved: 1, gapP50Ms: undefined });
    expect(sooner).toMatchObject({ turns: 1, unresolved: 0 });
  });

  test('a transcript that comes twice is answered twice when the window is too small', () => {
    const again: Told = { at: 5_300, type: 'transcript-final', text: 'Hello there.' };
    const [was, narrow] = figures(record([...spoken(1_000, 2_000, 'hello there'), again, hangUpAt(9_000)]), {
      dedupWindowMs: 2_000,
    });
    expect([was?.repeats, narrow?.repeats]).toEqual([1, 0]);
  });
});

describe('speech over the agent', () => {
  const question = spoken(1_000, 2_000, 'what time do you open');
  const long = { audioMs: 6_000 };

  test('another count of frames, another reaction', () => {
    const told = [...question, ...spoken(4_000, 5_000, 'no I mean on Sunday'), hangUpAt(9_000)];
    const [was, slow, deaf] = figures(record(told, fixed, long), { bargeInMs: 200 }, { bargeIn: false });
    expect(was).toMatchObject({ bargeIns: 1, bargeInP50Ms: 120, talkedOver: 0 });
    expect(slow).toMatchObject({ bargeIns: 1, bargeInP50Ms: 200 });
    expect(deaf).toMatchObject({ bargeIns: 0, talkedOver: 1 });
  });

  test('a "mhm" stops the agent for nothing, and not where more speech is wanted', () => {
    const told = [...question, ...spoken(4_000, 4_260, 'mhm'), hangUpAt(12_000)];
    const [was, calm, eager] = figures(record(told, fixed, long), { bargeInMs: 300 }, { bargeInCertainMs: 200 });
    expect(was).toMatchObject({ falseStops: 1, bargeIns: 0, stoppedMs: 390 });
    expect(calm).toMatchObject({ falseStops: 0, talkedOver: 0 });
    expect(eager).toMatchObject({ falseStops: 1 });
  });

  test('a noise without words gives the floor back after a while that can be shorter', () => {
    const noise = spoken(4_000, 4_300, '').filter(({ type }) => type !== 'transcript-final');
    const [was, quick] = figures(record([...question, ...noise, hangUpAt(12_000)], fixed, long), {
      resumeAfterMs: 400,
    });
    expect(was).toMatchObject({ falseStops: 1, stoppedMs: 1_080 });
    expect(quick).toMatchObject({ falseStops: 1, stoppedMs: 580 });
  });
});

describe('silence', () => {
  test('a shorter patience asks callers who would have spoken, of a longer one nobody knows', () => {
    const told = [...spoken(6_000, 7_000, 'hello there'), hangUpAt(30_000)];
    const [was, short, long] = figures(
      record(told, { ...fixed, noInputMs: 7_000 }),
      { noInputMs: 4_000 },
      { noInputMs: 9_000 },
    );
    expect(short!.prompts - was!.prompts).toBe(1);
    expect(was?.unresolved).toBe(0);
    expect(long?.unresolved).toBeGreaterThan(0);
  });
});

describe('journals that are not as they should be', () => {
  const journal = record([...spoken(1_000, 2_000, 'hello there'), hangUpAt(6_000)]);
  const withEntry = (entry: unknown): ReadJournal => ({ ...journal, entries: [...journal.entries, entry] as never });

  test.each([
    ['null', null],
    ['a number', 5],
    ['no event', { effects: [] }],
    ['no time', { event: { type: 'digit', digit: '1' }, effects: [] }],
    ['no effects', { event: { type: 'digit', digit: '1', at: 7_000 } }],
  ])('%s is no step', (_name, entry) => {
    expect(() => recordingOf(withEntry(entry))).toThrow(/line \d+ is no step/);
  });

  test('a step without its text, and a setting that is no number', () => {
    const entries = [...journal.entries.slice(0, 2), { event: { type: 'transcript-final', at: 50 }, effects: [] }];
    expect(() => recordingOf({ ...journal, entries: entries as never })).toThrow('line 4 is no step');
    const settings = { ...journal.head.settings, endpointingMs: 'soon' } as never;
    expect(() => recordingOf({ ...journal, head: { ...journal.head, settings } })).toThrow('endpointingMs');
  });

  test('what another version decided otherwise is left out from there', () => {
    const at = journal.entries.findIndex(({ effects }) => effects.some(({ type }) => type === 'answer-start'));
    const entries = journal.entries.map((entry, i) => (i === at ? { ...entry, effects: [] } : entry));
    const recording = recordingOf({ ...journal, entries });
    expect(recording.leftOut).toBe(entries.length - at);
    expect(new TunedCall(recording).pauses).toEqual([]);
  });

  test('verdicts of other rules are counted, and a setting that is new has its usual value', () => {
    const ruled = recordCall([...spoken(1_000, 2_000, 'hello there'), hangUpAt(6_000)]);
    const entries = ruled.entries.map((entry) =>
      entry.event.type === 'endpoint-judged' ? { ...entry, event: { ...entry.event, reasons: ['of old'] } } : entry,
    );
    expect(recordingOf({ ...ruled, entries }).verdicts).toEqual({ all: 1, changed: 0 });
    const { bargeInMs: _, ...settings } = ruled.head.settings;
    const older = { ...ruled, head: { ...ruled.head, settings: settings as CallSettings } };
    expect(recordingOf(older).settings.bargeInMs).toBe(160);
  });
});
