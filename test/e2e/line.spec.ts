/** The console on a real server with real calls: from the first account to a booking by the phone in the browser. */
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { OWNER } from './desk/persons.ts';
import { openVisitor, type Visitor } from './desk/visitor.ts';
import { plugInMicrophone } from './line/fake-microphone.ts';
import { type RunningKav, startKav } from './line/kav.ts';

const TALK = path.join(import.meta.dirname, 'line/talk.yaml');
const BOOK = path.join(import.meta.dirname, 'line/book.yaml');

test.describe.configure({ mode: 'serial', timeout: 240_000 });

let kav: RunningKav;
let owner: Visitor;
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(150_000);
  kav = await startKav();
  owner = await openVisitor(browser);
  page = owner.page;
});

test.afterAll(async () => {
  await kav?.close();
});

test.afterEach(() => owner.inspect());

const navigation = () => page.getByRole('navigation', { name: 'Main' }).first();

test('the first account is made with the link of the terminal', async () => {
  await page.goto(kav.setupLink);
  await page.getByLabel('Name').fill(OWNER.name);
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.getByLabel('Password once more').fill(OWNER.password);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('heading', { name: 'Today', level: 1 })).toBeVisible();
  expect(page.url()).not.toContain('token');
});

test('log out and in again, with a wrong password in between', async () => {
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.getByLabel('Password').fill('something else entirely');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not go together');
  owner.forgive(401);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(navigation()).toBeVisible();
});

test('a call is watched, heard, whispered to, taken over and hung up', async () => {
  const call = kav.call({ scenario: TALK, from: '+12025550123' });
  await navigation().getByRole('link', { name: /Live/ }).click();
  await page.getByRole('link', { name: /202 555 0123/ }).click({ timeout: 60_000 });
  const transcript = page.getByRole('log', { name: 'Transcript' });
  await expect(transcript).toContainText('Green Valley Dental', { timeout: 60_000 });

  await page.getByRole('button', { name: 'Listen' }).click();
  const level = page.getByRole('meter', { name: 'Level' }).first();
  await expect
    .poll(async () => Number(await level.getAttribute('aria-valuenow')), { timeout: 60_000 })
    .toBeGreaterThan(-45);

  await page.getByLabel('What to tell').fill('The caller is a friend of the house.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('The agent was told.')).toBeVisible();
  await expect(transcript).toContainText('whispered to the agent');

  await page.getByRole('button', { name: 'Take over' }).click();
  await expect(page.getByText('You are speaking. The agent is silent.')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Give back' }).click();
  await expect(page.getByRole('button', { name: 'Take over' })).toBeVisible({ timeout: 30_000 });

  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Hang up' }).click();
  await expect(page.getByText('This call has ended.')).toBeVisible({ timeout: 30_000 });
  await call;
});

test('a call is found by its words, played, and sought through by a word', async () => {
  await kav.call({ scenario: BOOK, from: '+12025550177' });
  await navigation().getByRole('link', { name: 'Calls' }).click();
  await page.getByLabel('Words, name or number').fill('cleaning');
  await page.getByRole('button', { name: 'Search' }).click();
  await page
    .getByRole('link', { name: /202 555 0177|David Miller/ })
    .first()
    .click({ timeout: 60_000 });
  const position = page.getByRole('slider', { name: 'Position in the call' });
  await expect(position).toBeVisible();
  // The recording comes a moment after its call.
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeEnabled({ timeout: 20_000 });
  const word = page.locator('[data-at]').nth(12);
  const at = Number(await word.getAttribute('data-at')) / 1_000;
  await word.click();
  const second = async (): Promise<number> => Number(await position.getAttribute('aria-valuenow'));
  await expect.poll(second).toBeGreaterThanOrEqual(Math.floor(at));
  expect(await second()).toBeLessThan(at + 5);
  await expect.poll(second, { timeout: 20_000 }).toBeGreaterThan(at + 1);
  await expect(page.getByRole('heading', { name: 'Why it went so' })).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
});

test('an appointment is booked by the phone in the browser', async () => {
  const say = await plugInMicrophone(page);
  await page.goto(`${kav.url}/agents`);
  await page.getByRole('link', { name: 'Front desk' }).click();
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  const transcript = page.getByRole('log', { name: 'Transcript' });
  const lines: readonly (readonly [asked: RegExp, answer: string])[] = [
    [/tooth pain/i, 'A cleaning, please.'],
    [/which day/i, 'On Monday.'],
    [/what time/i, "At three o'clock."],
    [/your name/i, 'My name is David Miller.'],
    [/call you back/i, 'Yes, please.'],
    [/is that right/i, "Yes, that's right."],
  ];
  for (const [asked, answer] of lines) {
    await expect(transcript).toContainText(asked, { timeout: 60_000 });
    await expect(page.getByText('Listening')).toBeVisible({ timeout: 60_000 });
    await say(answer);
  }
  await expect(page.getByText('The call has ended.')).toBeVisible({ timeout: 90_000 });
  await page.goto(`${kav.url}/people/appointments`);
  await expect(page.getByRole('row', { name: /Monday|15:00/i }).first()).toBeVisible({ timeout: 30_000 });
});

test('the first page is light, and there within a second', async ({ browser }) => {
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  const fresh = await context.newPage();
  await fresh.goto(kav.url);
  await expect(fresh.getByRole('heading', { name: 'Today', level: 1 })).toBeVisible();
  await fresh.waitForLoadState('networkidle');
  const { bytes, shownMs } = await fresh.evaluate(() => ({
    bytes: performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.includes('/assets/'))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    shownMs: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
  }));
  console.log(`first load: ${Math.round(bytes / 1_000)} kB, shown after ${Math.round(shownMs)} ms`);
  expect(bytes).toBeLessThan(150_000);
  await context.close();
});

test('in Hebrew the page reads from the right, and from the left again in English', async () => {
  await page.goto(`${kav.url}/live`);
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('button', { name: 'עברית' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page.getByRole('heading', { name: 'שיחות חיות' })).toBeVisible();
  await page.getByRole('button', { name: /החשבון שלך/ }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'ltr');
});
