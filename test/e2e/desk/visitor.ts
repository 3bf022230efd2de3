import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, expect, type Page } from '@playwright/test';

/** Somebody at a browser of their own, whose page must stay clean. */
export interface Visitor {
  readonly page: Page;
  /** Fails on whatever axe finds, and on whatever the browser has noted since. */
  inspect(): Promise<void>;
  /** The browser itself notes each refused request: those of this status are meant to be. */
  forgive(status: number): void;
}

export async function openVisitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return {
    page,
    inspect: async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
      expect(complaints.splice(0)).toEqual([]);
      await expect(page.getByText('The connection is lost.')).toHaveCount(0);
    },
    forgive: (status) => {
      expect(complaints.splice(0).filter((text) => !text.includes(`status of ${status}`))).toEqual([]);
    },
  };
}
