/** The page as a person has it: opened from a file in a real Chromium, looked at, clicked at and played. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_DELAYS } from '../call/settings.ts';
import { corpusFile, unit } from '../corpus/tiny-corpus.fixture.ts';
import { runCorpus } from '../run.ts';
import { Browser, findChromium } from './browser.fixture.ts';
import { renderPage } from './page.ts';

const LIST = 'I will read the whole list of opening hours for this week, from Monday up to and including Sunday.';
const stop = corpusFile(
  'stop',
  [unit('turn', 1_500, 2_600), unit('barge-in', 5_500, 6_400, { cue: { nth: 1, offsetMs: 1_500 } })],
  { say: [LIST], windows: [{ startMs: 4_000, endMs: 10_000 }] },
);
const talk = corpusFile('<talk> & "co"', [unit('turn', 1_500, 2_600)]);

const chromium = findChromium();
if (!chromium)
  console.warn('No Chromium on this machine: the page is not tested in a browser (apt-get install chromium).');

describe.skipIf(!chromium)('the page in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let mistakes: number;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kav-page-'));
    // A deaf agent: its mistake is the interruption that it misses.
    const env = { EOU_MS: '450', KAV_VAD: 'rms', KAV_ENDPOINTING: 'fixed', BARGE_IN: 'false' };
    const settings = { name: 'deaf', env, delays: DEFAULT_DELAYS };
    const run = await runCorpus({ name: 'tiny', files: [talk, stop], remarks: [] }, settings, {
      isReal: false,
      calls: 1,
    });
    mistakes = run.calls[1]!.measures.mistakes.length;
    expect(mistakes).toBeGreaterThan(0);
    const file = path.join(folder, 'turns.html');
    await writeFile(file, await renderPage('Turn-taking', [run]));
    browser = await Browser.open(chromium!);
    await browser.go(pathToFileURL(file).href);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const mistakeS = () =>
    browser.evaluate<number>("Number(document.querySelector('.mistakes button').dataset.atMs) / 1000");
  /** What plays, once it has begun to. */
  const playing = () =>
    browser.evaluate<readonly [call: string, seconds: number]>(`new Promise((resolve) => {
      const look = () => {
        const audio = [...document.querySelectorAll('audio')].find(({ paused, readyState }) => !paused && readyState > 1);
        if (audio) resolve([audio.closest('.call').id, audio.currentTime]);
        else requestAnimationFrame(look);
      };
      look();
    })`);
  const pause = () => browser.evaluate("for (const audio of document.querySelectorAll('audio')) audio.pause()");

  test('there is a picture of each call, with both voices, and of each mistake a flag', async () => {
    const calls = await browser.evaluate<readonly unknown[]>(`[...document.querySelectorAll('.call')].map((call) => [
      call.querySelector('h3').firstChild.textContent.trim(),
      call.querySelectorAll('svg .wave-caller, svg .wave-agent').length,
      call.querySelector('svg').getBoundingClientRect().width > 500,
      call.querySelectorAll('.mistake-flag').length,
    ])`);
    expect(calls).toEqual([
      ['<talk> & "co"', 2, true, 0],
      ['stop', 2, true, mistakes],
    ]);
  });

  test.each(['.mistakes button', '.mistake-flag .flag'])(
    'a click on %s plays it from a second and a half before',
    async (what) => {
      await browser.click(what);
      const [call, seconds] = await playing();
      expect(call).toBe('run0-stop');
      expect(seconds).toBeGreaterThanOrEqual((await mistakeS()) - 1.51);
      expect(seconds).toBeLessThan((await mistakeS()) - 0.5);
      await pause();
    },
  );

  test('so does the key p; the space bar stops it', async () => {
    await browser.press('p');
    expect((await playing())[1]).toBeGreaterThanOrEqual((await mistakeS()) - 1.51);
    await browser.press(' ');
    const stopped = await browser.evaluate("[...document.querySelectorAll('audio')].every(({ paused }) => paused)");
    expect(stopped).toBe(true);
  });

  test('only calls with a mistake, if that is wanted', async () => {
    const shown = () =>
      browser.evaluate<number>(
        "[...document.querySelectorAll('.call')].filter((call) => call.offsetHeight > 0).length",
      );
    expect(await shown()).toBe(2);
    await browser.click('#only-mistakes');
    expect(await shown()).toBe(1);
  });

  test('it is not wider than a telephone', async () => {
    const screen = { width: 390, height: 844, deviceScaleFactor: 2, mobile: true };
    await browser.send('Emulation.setDeviceMetricsOverride', screen);
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('the console stays empty, and nothing is fetched', async () => {
    const fetched =
      "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !/^(blob|data):/.test(name))";
    expect(await browser.evaluate(fetched)).toEqual([]);
    expect(browser.errors).toEqual([]);
  });
});
