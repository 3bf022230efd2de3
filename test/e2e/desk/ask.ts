import { type APIResponse, expect, type Page } from '@playwright/test';
import { SessionInfo } from '../../../src/api/contract/accounts.ts';

export interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly text: string;
}

/** A right that the role lacks. */
export const REFUSED = { status: 403, code: 'role-too-low' };

/**
 * Asks the API as the page of a person may: with their cookie, and with what the session tells for changes. Text is sent as
 * CSV.
 */
export async function askAs(page: Page, route: string, data?: object | string): Promise<Answer> {
  const { origin } = new URL(page.url());
  const session = SessionInfo.parse(await (await page.request.get(`${origin}/api/session`)).json());
  const [method, path] = route.split(' ') as [string, string];
  const type = typeof data === 'string' ? { 'Content-Type': 'text/csv' } : {};
  const headers = { Origin: origin, 'X-Kav-Csrf': session.csrf ?? '', ...type };
  return answerOf(
    await page.request.fetch(`${origin}/api${path}`, { method, headers, ...(data === undefined ? {} : { data }) }),
  );
}

/** Asks the API as a program with a key does. */
export async function askWithKey(url: string, key: string, route: string, data?: object): Promise<Answer> {
  const [method, path] = route.split(' ') as [string, string];
  const json = data === undefined ? {} : { body: JSON.stringify(data) };
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  return answerOf(await fetch(`${url}/api${path}`, { method, headers, ...json }));
}

/** What the page has read, by a schema of the contract. */
export async function read<T>(page: Page, schema: { parse(value: unknown): T }, path: string): Promise<T> {
  const { status, text } = await askAs(page, `GET ${path}`);
  expect(status, path).toBe(200);
  return schema.parse(JSON.parse(text));
}

async function answerOf(response: APIResponse | Response): Promise<Answer> {
  const text = await response.text();
  const status = typeof response.status === 'number' ? response.status : response.status();
  return { status, text, code: status >= 400 ? (JSON.parse(text) as { code: string }).code : undefined };
}
