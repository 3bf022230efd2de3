import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DELAYS, type EvalSettings } from './call/settings.ts';
import type { Corpus } from './corpus/load.ts';
import { corpusFile, unit } from './corpus/tiny-corpus.fixture.ts';
import { serializeRuns } from './report/json.ts';
import { renderPage } from './report/page.ts';
import { renderRun, renderVerdicts } from './report/table.ts';
import { runCorpus } from './run.ts';

const LIST = 'I will read the whole list of opening hours for this week, from Monday up to and including Sunday.';

const talk = corpusFile('talk', [unit('turn', 1_500, 2_600), unit('turn', 5_200, 6_500)]);
const interruption = unit('barge-in', 5_500, 6_400, { cue: { nth: 1, offsetMs: 1_500 } });
const stop = corpusFile('stop', [unit('turn', 1_500, 2_600), interruption], {
  say: [LIST],
  windows: [{ startMs: 4_000, endMs: 10_000 }],
});
const corpus: Corpus = { name: 'tiny', files: [talk, stop], remarks: [] };

/** By level and by the clock: these callers are noise, and their words mean nothing. */
const settings = (env: Readonly<Record<string, string>> = {}): EvalSettings => ({
  name: 'tiny',
  env: { EOU_MS: '450', KAV_VAD: 'rms', KAV_ENDPOINTING: 'fixed', ...env },
  delays: DEFAULT_DELAYS,
});
const virtual = { isReal: false, calls: 1 };

describe('a run on the virtual clock', () => {
  test('two calls, all of it measured', async () => {
    const { calls, summary } = await runCorpus(corpus, settings(), virtual);
    expect(calls.map(({ measures }) => measures.mistakes)).toEqual([[], []]);
    expect(summary.total).toMatchObject({
      turns: 4,
      missed: 0,
      premature: 0,
      bargeIns: 1,
      heardError: expect.any(Number),
    });
    expect(summary.total.kavP50Ms).toBeGreaterThan(200);
    expect(summary.total.kavP50Ms).toBeLessThan(600);
    const [, told] = calls;
    expect(told?.timeline.spurts[0]).toMatchObject({ kind: 'answer', isWhole: false });
    expect(told?.timeline.spurts[0]?.words.map(({ text }) => text).join(' ')).toMatch(/^I will read the whole list/);
    // The cue is kept from the agent's first sound, whenever that was.
    expect(told!.timeline.units[1]!.startMs - told!.timeline.spurts[0]!.fromMs).toBeCloseTo(1_500, -2);
  });

  test('is the same each time, and its settings are those of the server', async () => {
    const figures = async (env?: Readonly<Record<string, string>>) => {
      const run = await runCorpus(corpus, settings(env), virtual);
      return serializeRuns('tiny', false, [run]);
    };
    expect(await figures()).toBe(await figures());
    const patient = await runCorpus(corpus, settings({ EOU_MS: '900' }), virtual);
    expect(patient.summary.total.kavP50Ms).toBeGreaterThan(700);
    const deaf = await runCorpus(corpus, settings({ BARGE_IN: 'false' }), virtual);
    expect(deaf.summary.total.missedBargeIns).toBe(1);
  });

  test('an impossible setting is refused', async () => {
    await expect(runCorpus(corpus, settings({ EOU_MS: 'soon' }), virtual)).rejects.toThrow('EOU_MS');
  });

  test('the reports show every call, and its mistakes with a way to them', async () => {
    const run = await runCorpus(corpus, settings({ BARGE_IN: 'false' }), virtual);
    expect(renderRun(run)).toMatch(/^all +2 +4 /m);
    expect(renderVerdicts([run])).toMatch(/missed barge-ins +0 +1 {2}FAIL/);
    const page = await renderPage('Turn-taking', [run]);
    expect(page).toContain('id="run0-talk"');
    expect(page).toContain('data-call="run0-stop"');
    expect(page.match(/<svg /g)).toHaveLength(2);
    const packed = page.match(/(?<=<script type="text\/plain">)[^<]+/g)!.map((text) => Buffer.from(text, 'base64'));
    expect(packed.map((audio) => gunzipSync(audio).toString('latin1', 0, 4))).toEqual(['RIFF', 'RIFF']);
    expect(page).not.toContain('http://');
  });
});

test('a run in real time goes through HTTP and WebSocket', async () => {
  const greeted = corpusFile('greeted', [], {
    durationMs: 800,
    say: ['Good day.'],
    windows: [{ startMs: 0, endMs: 600 }],
  });
  const { calls } = await runCorpus({ ...corpus, files: [greeted] }, settings(), { isReal: true, calls: 1 });
  expect(calls[0]?.observation).toMatchObject({ endedBy: 'caller', warnings: [] });
  expect(calls[0]?.timeline.spurts).toMatchObject([{ kind: 'greeting', isWhole: true }]);
});
