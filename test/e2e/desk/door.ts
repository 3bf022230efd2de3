import { type Browser, expect } from '@playwright/test';
import { accountRoutes, type UserRole } from '../../../src/api/contract/accounts.ts';
import { type RunningKav, startKav } from '../line/kav.ts';
import { askAs } from './ask.ts';
import { OWNER, type Person } from './persons.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** A Kav of its own, and its owner at a browser, who is in. */
export async function openDesk(browser: Browser): Promise<{ readonly kav: RunningKav; readonly owner: Visitor }> {
  const kav = await startKav();
  const owner = await openVisitor(browser);
  await makeFirstAccount(owner, kav.setupLink, OWNER);
  return { kav, owner };
}

/** By the one-time link of the terminal, as its page asks for it. */
async function makeFirstAccount({ page }: Visitor, setupLink: string, person: Person): Promise<void> {
  const { hash, origin } = new URL(setupLink);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  const data = { token, ...person };
  const answer = await page.request.post(`${origin}/api/setup`, { data, headers: { Origin: origin } });
  expect(answer.status()).toBe(200);
  await page.goto(origin);
  await expect(page.getByRole('heading', { name: 'Today', level: 1 })).toBeVisible();
}

/** Invited by an owner, and in with the link that they sent. */
export async function letIn(
  { page }: Visitor,
  owner: Visitor,
  { email, name, password, role }: Person & { readonly role: UserRole },
): Promise<void> {
  const invited = await askAs(owner.page, 'POST /users', { email, name, role });
  const { hash, origin } = new URL(accountRoutes['invite-user'].answer.parse(JSON.parse(invited.text)).link);
  const data = { token: new URLSearchParams(hash.slice(1)).get('token'), name, password };
  const answer = await page.request.post(`${origin}/api/invitation`, { data, headers: { Origin: origin } });
  expect(answer.status()).toBe(200);
  await page.goto(origin);
  await isIn({ page });
}

export async function logOut({ page }: Visitor): Promise<void> {
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
}

/** As far as the second factor is asked for. */
export async function logInToCode(visitor: Visitor, { email, password }: Person): Promise<void> {
  const { page } = visitor;
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('Enter the code');
  visitor.forgive(401);
}

/** A code of the app, or one for the day that it is lost. */
export async function enterCode({ page }: Visitor, code: string): Promise<void> {
  await page.getByLabel('Code of the authenticator app').fill(code);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export async function isRefused(visitor: Visitor): Promise<void> {
  await expect(visitor.page.getByRole('alert')).toContainText('The code is wrong or has been used.');
  visitor.forgive(401);
}

export async function isIn({ page }: Pick<Visitor, 'page'>): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Main' }).first()).toBeVisible();
}
