/**
 * Every page in both languages, both themes and two widths, on fixtures: nothing in the console, nothing for axe to find,
 * nothing wider than the screen. With `KAV_SCREENSHOTS=folder` each is kept as a picture.
 */
import { expect, type Page, test } from '@playwright/test';
import { expectAccessible, listenForComplaints } from './clean-page.ts';
import { ORIGIN, standIn } from './double/double.ts';
import { session } from './double/rest.ts';
import { callSidOf } from './double/values.ts';

const SHOTS = process.env['KAV_SCREENSHOTS'];

const PAGES = {
  home: '/',
  live: '/live',
  'live-call': `/live/${callSidOf(1_000)}`,
  calls: '/calls',
  call: `/calls/${callSidOf(1)}`,
  contacts: '/people',
  contact: '/people/contacts/%2B972501234567',
  leads: '/people/leads',
  appointments: '/people/appointments',
  callbacks: '/people/callbacks',
  agents: '/agents',
  phone: '/agents/Leah?tab=phone',
  chat: '/agents/Leah?tab=chat',
  versions: '/agents/Leah?tab=versions',
  file: '/agents/Leah?tab=file',
  guide: '/guide',
  account: '/settings',
  users: '/settings?tab=users',
  keys: '/settings?tab=keys',
  audit: '/settings?tab=audit',
  privacy: '/settings?tab=privacy',
} as const;

const nobody = { ...session, account: null, csrf: null };
const DOORS = {
  login: ['/', nobody],
  setup: ['/setup#token=0123456789abcdef0123456789', { ...nobody, needsSetup: true }],
  invitation: ['/invitation#token=0123456789abcdef0123456789', nobody],
} as const;

const LOOKS = [
  { name: 'en', locale: 'en-GB', colorScheme: 'light', width: 1280 },
  { name: 'he', locale: 'he-IL', colorScheme: 'light', width: 1280 },
  { name: 'en-dark', locale: 'en-GB', colorScheme: 'dark', width: 1280 },
  { name: 'he-dark-phone', locale: 'he-IL', colorScheme: 'dark', width: 390 },
] as const;

for (const { colorScheme, locale, name: look, width } of LOOKS) {
  test.describe(look, () => {
    test.use({ locale, colorScheme, viewport: { width, height: width < 600 ? 844 : 800 } });
    for (const [name, address] of Object.entries(PAGES)) {
      test(name, async ({ page }) => {
        const complaints = listenForComplaints(page);
        await standIn(page);
        await page.goto(`${ORIGIN}${address}`);
        await inspect(page, `${name}-${look}`, locale);
        expect(complaints).toEqual([]);
      });
    }
    for (const [name, [address, door]] of Object.entries(DOORS)) {
      test(name, async ({ page }) => {
        const complaints = listenForComplaints(page);
        await standIn(page, { session: door });
        await page.goto(`${ORIGIN}${address}`);
        await inspect(page, `${name}-${look}`, locale);
        expect(complaints).toEqual([]);
      });
    }
  });
}

async function inspect(page: Page, name: string, locale: string): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await page.waitForLoadState('networkidle');
  await expect(page.locator('html')).toHaveAttribute('dir', locale === 'he-IL' ? 'rtl' : 'ltr');
  await page.evaluate(() => document.fonts.ready);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  await expectAccessible(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, 'the page is no wider than the screen').toBeLessThanOrEqual(0);
}
