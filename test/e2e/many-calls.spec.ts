/** Two hundred calls that change all the time: only those in sight are in the page, and scrolling keeps its pace. */
import { expect, test } from '@playwright/test';
import { ORIGIN, standIn } from './double/double.ts';

const CALLS = 200;
const SCROLL_MS = 3_000;

test('200 live calls scroll smoothly while they change', async ({ page }) => {
  await standIn(page, { liveCalls: CALLS, changesEveryMs: 250 });
  await page.goto(`${ORIGIN}/live`);
  await expect(page.getByText(`${CALLS} calls now`).first()).toBeVisible();
  const rows = page.locator('main li');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count(), 'only what is in sight is drawn').toBeLessThan(60);

  const gaps = await page.evaluate(async (lastsMs) => {
    const from = performance.now();
    const times: number[] = [];
    const end = document.documentElement.scrollHeight - innerHeight;
    await new Promise<void>((resolve) => {
      const frame = (now: number): void => {
        times.push(now);
        scrollTo(0, (end * (1 - Math.cos(((now - from) / lastsMs) * 2 * Math.PI))) / 2);
        if (now - from < lastsMs) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
    return times.slice(1).map((at, i) => at - times[i]!);
  }, SCROLL_MS);
  const sorted = gaps.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const slow = sorted[Math.floor(sorted.length * 0.95)]!;
  test
    .info()
    .annotations.push({ type: 'frames', description: `median ${median.toFixed(1)} ms, p95 ${slow.toFixed(1)} ms` });
  console.log(`frames while scrolling: median ${median.toFixed(1)} ms, p95 ${slow.toFixed(1)} ms`);
  expect(median, 'a frame each 60th of a second').toBeLessThan(18);

  await page.keyboard.press('End');
  await expect(page.getByRole('link', { name: /050-2/ }).last()).toBeVisible();
});
