/** The office's desk on a real server: who may come in, what they may do there, and people in and out of files. */
import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { totpCode, totpStepAt } from '../../src/api/accounts/totp.ts';
import { peopleRoutes } from '../../src/api/contract/people.ts';
import { askAs, askWithKey, REFUSED, read } from './desk/ask.ts';
import { enterCode, isIn, isRefused, logInToCode, logOut, openDesk } from './desk/door.ts';
import { OWNER, VIEWER } from './desk/persons.ts';
import { openVisitor, type Visitor } from './desk/visitor.ts';
import type { RunningKav } from './line/kav.ts';

const CONTACTS = 'number,name,note\n+12025550188,Rina Levi,prefers mornings\nnone,Nobody,\n+12025550189,=1+1,\n';
const LEADS =
  'name,phone,stage,note\nRina Levi,+12025550188,New,a crown\nAvi Cohen,+12025550189,Contacted,\nDan,,Nowhere,\n';

test.describe.configure({ mode: 'serial', timeout: 120_000 });

let kav: RunningKav;
let owner: Visitor;
let viewer: Visitor;
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(150_000);
  ({ kav, owner } = await openDesk(browser));
  page = owner.page;
});

test.afterAll(async () => {
  await kav?.close();
});

test.afterEach(async () => {
  await owner.inspect();
  await viewer?.inspect();
});

const dialog = () => page.getByRole('dialog');
const shownOnce = async () => (await dialog().locator('code').textContent()) ?? '';

test('a second factor is set up, and asked for at the door', async () => {
  await page.goto(`${kav.url}/settings`);
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  await expect(dialog().getByRole('img', { name: 'QR code for the authenticator app' })).toBeVisible();
  const secret = await shownOnce();
  const step = totpStepAt(Date.now());
  await dialog().getByLabel('Code', { exact: true }).fill(totpCode(secret, step));
  await dialog().getByRole('button', { name: 'Turn on' }).click();
  const codes = page.getByRole('dialog', { name: /Recovery codes/ }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  const [first, second] = (await codes.allInnerTexts()) as [string, string];
  await owner.inspect();
  await dialog().getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('An authenticator app is asked for at each log-in.')).toBeVisible();

  await logOut(owner);
  await logInToCode(owner, OWNER);
  await enterCode(owner, totpCode(secret, step));
  await isRefused(owner); // it was used to turn the factor on
  await enterCode(owner, totpCode(secret, step + 1));
  await isIn(owner);

  await logOut(owner);
  await logInToCode(owner, OWNER);
  await enterCode(owner, first);
  await isIn(owner);
  await logOut(owner);
  await logInToCode(owner, OWNER);
  await enterCode(owner, first);
  await isRefused(owner); // each is good once
  await enterCode(owner, second);
  await isIn(owner);
});

test('somebody is invited as a viewer, and finds only what viewers may do', async ({ browser }) => {
  await page.goto(`${kav.url}/settings?tab=users`);
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await dialog().getByLabel('E-mail address').fill(VIEWER.email);
  await dialog().getByLabel('Role').selectOption('viewer');
  await dialog().getByRole('button', { name: 'Invite somebody' }).click();
  const link = await shownOnce();
  await owner.inspect();
  await dialog().getByRole('button', { name: 'Close' }).click();
  const row = page.getByRole('listitem').filter({ hasText: VIEWER.email });
  await expect(row).toContainText('invited');

  viewer = await openVisitor(browser);
  await viewer.page.goto(link);
  await viewer.page.getByLabel('Name').fill(VIEWER.name);
  await viewer.page.getByLabel('Password', { exact: true }).fill(VIEWER.password);
  await viewer.page.getByLabel('Password once more').fill(VIEWER.password);
  await viewer.page.getByRole('button', { name: 'Come in' }).click();
  await isIn(viewer);
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');
  const { name, password } = VIEWER;
  expect(await askAs(page, 'POST /invitation', { token, name, password })).toMatchObject({ code: 'link-refused' });

  await expect(viewer.page.getByRole('link', { name: 'Set-up' })).toHaveCount(0);
  await viewer.page.goto(`${kav.url}/settings?tab=users`);
  await expect(viewer.page.getByRole('tab')).toHaveText(['Your account']);
  expect(await askAs(viewer.page, 'GET /users')).toMatchObject(REFUSED);
  expect(await askAs(viewer.page, 'POST /keys', { name: 'mine', role: 'owner' })).toMatchObject(REFUSED);
  expect(await askAs(viewer.page, 'GET /contacts.csv')).toMatchObject(REFUSED);
  expect(await askAs(viewer.page, 'GET /calls')).toMatchObject({ status: 200 });

  await page.reload();
  await expect(row).toContainText(VIEWER.name);
  await expect(row).not.toContainText('invited');
});

test('a key is made, does what its role may, and is refused once it is removed', async () => {
  await page.goto(`${kav.url}/settings?tab=keys`);
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog().getByLabel('Name').fill('Reports');
  await dialog().getByLabel('Role').selectOption('viewer');
  await dialog().getByRole('button', { name: 'New key' }).click();
  const key = await shownOnce();
  await dialog().getByRole('button', { name: 'Close' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Reports' });
  await expect(row).toContainText('never');

  expect(await askWithKey(kav.url, key, 'GET /calls')).toMatchObject({ status: 200 });
  const change = { note: 'by a program' };
  expect(await askWithKey(kav.url, key, 'PATCH /contacts/+12025550188', change)).toMatchObject(REFUSED);
  expect(await askWithKey(kav.url, key, 'GET /users')).toMatchObject({ status: 403, code: 'key-not-allowed' });
  await page.reload();
  await expect(row).toContainText(/Last used \d/);

  await row.getByRole('button', { name: 'Remove' }).click();
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No key yet.')).toBeVisible();
  expect(await askWithKey(kav.url, key, 'GET /calls')).toMatchObject({ status: 401, code: 'key-unknown' });
});

test('contacts and leads are read in from files, and saved as files that may be read in again', async () => {
  await page.goto(`${kav.url}/people`);
  await readIn('contacts.csv', CONTACTS);
  await expect(dialog()).toContainText('2 added, 0 changed.');
  await expect(dialog()).toContainText('Line 3: has no telephone number');
  await owner.inspect();
  await closeDialog();
  await expect(page.getByRole('link', { name: /Rina Levi/ })).toContainText('prefers mornings');
  const contacts = await saved();
  // Neither cell may be run by a spreadsheet.
  expect(contacts).toContain("'+12025550188,Rina Levi,prefers mornings,");
  expect(contacts).toContain("'+12025550189,'=1+1,,");
  await readIn('contacts.csv', contacts);
  await expect(dialog()).toContainText('0 added, 0 changed.');
  await closeDialog();

  await page.getByRole('link', { name: 'Leads' }).click();
  await expect(page.getByLabel('Name, number or words')).toBeVisible(); // until then the file would be read in as contacts
  await readIn('leads.csv', LEADS);
  await expect(dialog()).toContainText('2 added, 0 changed.');
  await expect(dialog()).toContainText('Line 4: names a stage that is not there');
  await closeDialog();
  await expect(stage('New')).toContainText('Rina Levi');
  await expect(stage('Contacted')).toContainText('Avi Cohen');
  const leads = await saved();
  await readIn('leads.csv', leads.replace(',new,a crown,', ',new,two crowns,'));
  await expect(dialog()).toContainText('0 added, 1 changed.');
  await closeDialog();
  await expect(stage('New')).toContainText('two crowns');
});

const stage = (name: string, on = page) => on.getByRole('region', { name, exact: true });
const closeDialog = () => dialog().getByRole('button', { name: 'Close' }).last().click();

async function readIn(name: string, text: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

async function saved(): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save as CSV' }).click();
  return readFile(await (await download).path(), 'utf8');
}

test('a lead is moved on the board by mouse and by keys, and by no viewer', async () => {
  const stageNow = async (): Promise<string | undefined> =>
    (await read(page, peopleRoutes['list-leads'].answer, '/leads?text=Rina')).items[0]?.stage;
  const card = stage('New').getByRole('button', { name: /Rina Levi/ });
  await card.dragTo(stage('Contacted'));
  await expect(stage('Contacted')).toContainText('Rina Levi');
  await expect(page.getByText('Rina Levi is now in Contacted.')).toBeAttached();
  await expect.poll(stageNow).toBe('contacted');
  await stage('Contacted')
    .getByRole('button', { name: /Rina Levi/ })
    .press('Alt+ArrowRight');
  await expect(stage('Won').getByRole('button', { name: /Rina Levi/ })).toBeFocused();
  await expect.poll(stageNow).toBe('won');
  await page.reload();
  await expect(stage('Won')).toContainText('Rina Levi');

  await viewer.page.goto(`${kav.url}/people/leads`);
  const seen = stage('Won', viewer.page).getByRole('button', { name: /Rina Levi/ });
  await seen.press('Alt+ArrowLeft');
  await seen.click();
  await expect(viewer.page.getByRole('dialog').getByLabel('Stage')).toBeDisabled();
  await expect(viewer.page.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await viewer.page.getByRole('button', { name: 'Close' }).click();
  await expect(seen).toBeVisible();
  expect(await stageNow()).toBe('won');
  await expect(viewer.page.getByRole('link', { name: 'Save as CSV' })).toHaveCount(0);
});

test('whoever loses their access is out at once, also from an open page', async () => {
  await page.goto(`${kav.url}/settings?tab=users`);
  const row = page.getByRole('listitem').filter({ hasText: VIEWER.email });
  await row.getByRole('button', { name: 'Take access away' }).click();
  await expect(row).toContainText('no access');
  expect(await askAs(viewer.page, 'GET /calls')).toMatchObject({ status: 401 });
  await expect(viewer.page.getByRole('heading', { name: 'Log in' })).toBeVisible({ timeout: 15_000 });
  viewer.forgive(401);
});
