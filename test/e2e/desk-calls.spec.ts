/** What the agent says and what is kept of it, on a real server with real calls: versions, stepping in, forgetting. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { CallPage, callRoutes, Peaks } from '../../src/api/contract/calls.ts';
import { askAs, REFUSED, read } from './desk/ask.ts';
import { letIn, openDesk } from './desk/door.ts';
import { OWNER, VIEWER } from './desk/persons.ts';
import { openVisitor, type Visitor } from './desk/visitor.ts';
import type { RunningKav } from './line/kav.ts';

const STAY = path.join(import.meta.dirname, 'desk/stay.yaml');
const LEAVE = path.join(import.meta.dirname, 'desk/leave.yaml');
/** Who stays on the line, and whose words go; who is a contact and a lead too, and goes altogether. */
const STAYS = '+12025550123';
const GOES = '+12025550188';
const CONTACTS = `number,name,note\n${GOES},Rina Levi,prefers mornings\n`;
const LEADS = `name,phone\nRina Levi,${GOES}\nAvi Cohen,+12025550189\nTal Bar,+12025550190\n`;

const NEW_GREETING = 'Green Valley Dental has moved. A cleaning, a check-up, or tooth pain?';
const OLD_WORDS = 'this is Ava';
const MUTED_WORDS = 'The parking garage is behind the building.';

test.describe.configure({ mode: 'serial', timeout: 120_000 });

let kav: RunningKav;
let owner: Visitor;
let viewer: Visitor;
let page: Page;
/** Of whoever stays on the line. */
let callSid: string;
/** Ends with the call of whoever leaves early. */
let leaving: Promise<void>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(150_000);
  ({ kav, owner } = await openDesk(browser));
  page = owner.page;
  viewer = await openVisitor(browser);
  await letIn(viewer, owner, { ...VIEWER, role: 'viewer' });
  expect(await askAs(page, 'POST /contacts.csv', CONTACTS)).toMatchObject({ status: 200 });
  expect(await askAs(page, 'POST /leads.csv', LEADS)).toMatchObject({ status: 200 });
});

test.afterAll(async () => {
  await kav?.close();
});

test.afterEach(async () => {
  await owner.inspect();
  await viewer.inspect();
});

const dialog = () => page.getByRole('dialog');
const version = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });

test('what the agent says is drafted, published, and heard in the next call, where a viewer may only look on', async () => {
  await page.goto(`${kav.url}/agents/Front%20desk?tab=versions`);
  await page.getByRole('button', { name: 'New draft' }).click();
  await dialog().getByLabel('Greeting').fill(NEW_GREETING);
  await dialog().getByLabel('What is new').fill('the new address');
  await owner.inspect();
  await dialog().getByRole('button', { name: 'Save the draft' }).click();
  await expect(page.getByText('Saved as version 1. Callers do not hear it yet.')).toBeVisible();
  await expect(version('The file')).toContainText('published');
  await publish('Version 1', 'Publish');

  void kav.call({ scenario: STAY, from: STAYS });
  for (const at of [page, viewer.page]) {
    await at.goto(`${kav.url}/live`);
    await at.getByRole('link', { name: /202 555 0123/ }).click({ timeout: 60_000 });
    await expect(at.getByRole('log', { name: 'Transcript' })).toContainText('has moved', { timeout: 60_000 });
  }
  await expect(page.getByRole('button', { name: 'Take over' })).toBeVisible();
  for (const name of ['Take over', 'Listen', 'Send', 'Hang up', 'Mute the recording']) {
    await expect(viewer.page.getByRole('button', { name })).toHaveCount(0);
  }
  callSid = page.url().split('/').at(-1)!;
  for (const action of [{ type: 'take-over' }, { type: 'hang-up' }, { type: 'say', text: 'Hello.' }]) {
    const asked = { actionId: randomUUID(), action };
    expect(await askAs(viewer.page, `POST /calls/${callSid}/actions`, asked)).toMatchObject(REFUSED);
  }
});

async function publish(name: string, button: string): Promise<void> {
  await version(name).getByRole('button', { name: button }).click();
  await dialog().getByRole('button', { name: 'Publish' }).click();
  await expect(version(name)).toContainText('published');
}

test('a version is rolled back to while calls go on', async () => {
  await page.goto(`${kav.url}/agents/Front%20desk?tab=versions`);
  await publish('The file', 'Roll back to this');
  await expect(version('Version 1')).not.toContainText('published');
  leaving = kav.call({ scenario: LEAVE, from: GOES });
});

test('the agent says what an operator has it say, and a muted recording holds nothing of it', async () => {
  await page.goto(`${kav.url}/live/${callSid}`);
  const transcript = page.getByRole('log', { name: 'Transcript' });
  await expect(transcript).toContainText('Which day suits you?', { timeout: 30_000 });
  await page.getByRole('button', { name: 'Mute the recording' }).click({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: 'Record again' })).toBeVisible();
  await expect(page.getByText('muted', { exact: true })).toBeVisible();
  await page.getByText('Say', { exact: true }).click();
  await page.getByLabel('What to tell').fill(MUTED_WORDS);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('The agent will say it.')).toBeVisible();
  await expect(transcript).toContainText(MUTED_WORDS, { timeout: 30_000 });
  await expect(page.getByText('Speaking', { exact: true })).toBeVisible();
  await expect(page.getByText('Listening', { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Record again' }).click();
  await expect(page.getByRole('button', { name: 'Mute the recording' })).toBeVisible();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await dialog().getByRole('button', { name: 'Hang up' }).click();
  await expect(page.getByText('This call has ended.')).toBeVisible({ timeout: 30_000 });

  await page.getByRole('link', { name: 'Open its record' }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeEnabled({ timeout: 20_000 });
  const { turns } = await read(page, CallPage, `/calls/${callSid}`);
  const { agent, caller, perSecond } = await read(page, Peaks, `/calls/${callSid}/peaks`);
  const loudest = (text: string): number => {
    const { fromMs, toMs } = turns.find((turn) => turn.text.includes(text))!;
    const part = (side: readonly number[]) => side.slice((fromMs * perSecond) / 1_000, (toMs * perSecond) / 1_000);
    return Math.max(...part(agent), ...part(caller));
  };
  expect(loudest('has moved')).toBeGreaterThan(0.05);
  expect(loudest(MUTED_WORDS)).toBe(0);
});

test('the version before is heard again by those who call after it was rolled back to', async () => {
  await leaving;
  await page.goto(`${kav.url}/calls`);
  await page.getByRole('link', { name: /Rina Levi/ }).click();
  await expect(page.getByRole('main')).toContainText(OLD_WORDS);
  await expect(page.getByRole('main')).not.toContainText('has moved');
});

test('a call is redacted: its words, sound and journal are gone, and that it took place stays', async () => {
  await page.goto(`${kav.url}/calls/${callSid}`);
  await expect(page.getByRole('main')).toContainText(MUTED_WORDS);
  await expect(page.getByRole('combobox', { name: 'Reply' })).toBeVisible();
  const found = async (): Promise<number> =>
    (await read(page, callRoutes['list-calls'].answer, '/calls?text=parking')).items.length;
  expect(await found()).toBe(1);
  await page.getByRole('button', { name: 'Redact', exact: true }).click();
  await dialog().getByRole('button', { name: 'Redact' }).click();
  await expect(page.getByText('Nothing was said.')).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText(MUTED_WORDS);
  await expect(page.getByRole('combobox', { name: 'Reply' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Redact', exact: true })).toHaveCount(0);

  await expect.poll(() => filesOf(callSid)).toEqual([404, 404, 404]);
  expect(await found()).toBe(0);
  const after = await read(page, CallPage, `/calls/${callSid}`);
  expect(after).toMatchObject({ turns: [], hasJournal: false, recording: null, call: { from: STAYS, state: 'ended' } });
  await page.reload();
  await expect(page.getByText('Nothing was said.')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('202 555 0123');
  await expect(page.getByText('operator ended it').first()).toBeVisible();
});

const filesOf = (of: string) =>
  Promise.all(
    ['story', 'audio', 'journal'].map(async (name) => (await askAs(page, `GET /calls/${of}/${name}`)).status),
  );

test('a person is erased, call, contact and lead, with a proof that does not name them', async () => {
  await page.goto(`${kav.url}/calls`);
  await page.getByRole('link', { name: /Rina Levi/ }).click();
  await page.getByRole('button', { name: 'Erase this person' }).click();
  const erased = page.url().split('/').at(-1)!;
  await dialog().getByRole('button', { name: 'Erase this person' }).click();
  await expect(dialog()).toBeVisible(); // the number has to be typed
  await dialog().getByLabel(/Type/).fill(GOES);
  await dialog().getByRole('button', { name: 'Erase this person' }).click();
  await expect(page.getByText('Begun: 1 call.')).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText('Rina Levi');
  await expect(page.getByRole('link', { name: /202 555 0123/ })).toBeVisible();

  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('tab', { name: 'Erasures' }).click();
  const [proof, redaction] = [page.getByRole('listitem').first(), page.getByRole('listitem').nth(1)];
  await expect(proof).toContainText('Done', { timeout: 20_000 });
  await expect(proof).toContainText(OWNER.email);
  await expect(proof).toContainText(/contacts 1 .*turns [1-9]|turns [1-9].* contacts 1/);
  await expect(proof).toContainText(/: [1-9]\d* files/);
  await expect(redaction).toContainText('Done');

  expect(await filesOf(erased)).toEqual([404, 404, 404]);
  expect(await read(page, CallPage, `/calls/${erased}`)).toMatchObject({ turns: [], call: { from: null } });
  expect(await askAs(page, `GET /contacts/${GOES}`)).toMatchObject({ status: 404 });
  for (const route of ['GET /contacts.csv', 'GET /leads.csv', 'GET /calls', 'GET /audit', 'GET /erasures']) {
    const { status, text } = await askAs(page, route);
    expect(status, route).toBe(200);
    expect(text, route).not.toMatch(/12025550188|Rina Levi/);
  }
  await page.getByRole('link', { name: 'People' }).first().click();
  await expect(page.getByRole('link', { name: /202 555 0123/ })).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText('Rina Levi');
  await page.getByRole('link', { name: 'Leads' }).click();
  await expect(page.getByRole('region', { name: 'New' })).toContainText('Avi Cohen');
  await expect(page.getByRole('main')).not.toContainText('Rina Levi');
});

test('a person who never called is erased by number, and the open page tells when it is done', async () => {
  await page.goto(`${kav.url}/settings?tab=privacy`);
  await page.getByRole('button', { name: 'Erase a person' }).click();
  await dialog().getByLabel('Number').fill('0189');
  await dialog().getByRole('button', { name: 'Erase' }).click();
  await expect(dialog().getByLabel('Number')).toHaveAttribute('aria-invalid', 'true');
  await dialog().getByLabel('Number').fill('+1 202 555 0189');
  await dialog().getByRole('button', { name: 'Erase' }).click();
  await expect(page.getByText('Begun: 0 calls.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Done' })).toHaveCount(3, { timeout: 20_000 });
  await page.goto(`${kav.url}/people/leads`);
  await expect(page.getByRole('region', { name: 'New' })).toContainText('Tal Bar');
  await expect(page.getByRole('main')).not.toContainText('Avi Cohen');
});
