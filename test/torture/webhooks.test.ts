import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createRealClock } from '../../src/call/real-clock.ts';
import { openKav } from '../../src/cli/wire.ts';
import { realDisk } from '../../src/ledger/disk/real-disk.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { PATHS } from './forms.ts';
import { postForms } from './post-forms.ts';

const FORMS = 600;

test(`${FORMS} spoilt forms with good signatures: no fault, no fetch, and no fact of another tenant`, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-forms-'));
  const fetches = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('nothing may be fetched'));
  const kav = await openKav(
    {
      HOST: '127.0.0.1',
      PORT: '0',
      KAV_STT: 'fake',
      KAV_BRAIN: 'fake',
      KAV_TTS: 'fake',
      KAV_DATA_DIR: dataDir,
      KAV_NODE: 'one',
      KAV_TENANT: 'home',
      LOG_LEVEL: 'silent',
      // Nobody is there, so that the facts stay in the ledger.
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
    },
    false,
  );
  const seed = Math.floor(Math.random() * 2 ** 31);
  try {
    await kav.ready;
    const { counts, faults } = await postForms({ url: kav.url, authToken: kav.authToken, seed, count: FORMS });
    expect(faults, `seed ${seed}`).toEqual([]);
    for (const route of PATHS) expect([...counts.keys()].some((key) => key.startsWith(`${route} 20`))).toBe(true);
    // Every form got past the signature, but for those that are too long to be read, or no form for the parser.
    const refused = [...counts].filter(([key]) => key.endsWith(' 403')).reduce((sum, [, count]) => sum + count, 0);
    expect(refused, `seed ${seed}`).toBeLessThan(FORMS / 10);
    expect(fetches).not.toHaveBeenCalled();
  } finally {
    fetches.mockRestore();
    await kav.close();
  }
  const tenants = await tenantsIn(path.join(dataDir, 'ledger'));
  expect([...tenants], `seed ${seed}`).toEqual(['home']);
  await rm(dataDir, { recursive: true });
}, 60_000);

async function tenantsIn(folder: string): Promise<ReadonlySet<string>> {
  const onError = (error: Error): never => {
    throw error;
  };
  const ledger = await openLedger({ folder, node: 'one', disk: realDisk, clock: createRealClock(), onError });
  const entries = await ledger.backlog.read(1_000_000);
  await ledger.close();
  expect(entries.length).toBeGreaterThan(50);
  return new Set(entries.map(({ fact }) => fact.tenant));
}
