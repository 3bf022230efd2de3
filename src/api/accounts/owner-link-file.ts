/**
 * How a command on this machine lets an owner in while a server holds the embedded database: it leaves the hash of a
 * link's secret in the data folder, which the server takes into the store when somebody comes with a link.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const OwnerLink = z.object({ email: z.email(), hash: z.string().regex(/^[0-9a-f]{64}$/), expiresAt: z.number() });
type OwnerLink = z.output<typeof OwnerLink>;

const FOLDER = 'owner-links';

export async function leaveOwnerLink(dataDir: string, link: OwnerLink): Promise<void> {
  const folder = path.join(dataDir, FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, `${link.hash.slice(0, 16)}.json`), JSON.stringify(link), { mode: 0o600 });
}

/** Gives each to `keep`, and forgets it once that is done. */
export async function takeOwnerLinks(dataDir: string, keep: (link: OwnerLink) => Promise<void>): Promise<void> {
  const folder = path.join(dataDir, FOLDER);
  const names = await readdir(folder).catch(() => []); // mostly there is none
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const file = path.join(folder, name);
    const link = OwnerLink.safeParse(parse(await readFile(file, 'utf8').catch(() => '')));
    if (link.success) await keep(link.data);
    await rm(file, { force: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
