import { type Browser, expect, type Page } from '@playwright/test';
import { expectAccessible, listenForComplaints } from '../clean-page.ts';

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
  const complaints = listenForComplaints(page);
  return {
    page,
    inspect: async () => {
      await expectAccessible(page);
      expect(complaints.splice(0)).toEqual([]);
      await expect(page.getByText('The connection is lost.')).toHaveCount(0);
    },
    forgive: (status) => {
      expect(complaints.splice(0).filter((text) => !text.includes(`status of ${status}`))).toEqual([]);
    },
  };
}
