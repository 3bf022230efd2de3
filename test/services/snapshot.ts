/** A migrated embedded database, made once and kept: making one takes seconds, loading it a fraction of one. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRealClock } from '../../src/call/real-clock.ts';
import { MIGRATIONS } from '../../src/store/migrations/all.ts';
import { openStore } from '../../src/store/store.ts';

const root = new URL('../../', import.meta.url).pathname;

/** Named after what it depends on, so that an old one is never taken for a new one. Returns the file of the tar. */
export async function embeddedSnapshot(): Promise<string> {
  const manifest = readFileSync(path.join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8');
  const key = createHash('sha256').update(JSON.stringify(MIGRATIONS)).update(JSON.parse(manifest).version);
  const folder = path.join(root, 'node_modules/.cache/kav');
  const file = path.join(folder, `embedded-${key.digest('hex').slice(0, 16)}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const store = openStore({ clock: createRealClock() });
  await store.ready;
  writeFileSync(`${file}.${process.pid}`, await store.dump());
  await store.close();
  renameSync(`${file}.${process.pid}`, file);
  return file;
}
