/**
 * Loaded into a server under torture before anything else (`node --import`). Puts the harness's own brain and voice in
 * the place of the fake ones, and kills the process at the point that `TORTURE_POINT` names, the n-th time it is passed
 * (`TORTURE_NTH`). The product knows nothing of it: what it calls is wrapped from here.
 */
import { writeSync } from 'node:fs';
import promises from 'node:fs/promises';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { Disk, DiskFile } from '../../src/ledger/disk/disk.ts';
import { realDisk } from '../../src/ledger/disk/real-disk.ts';
import { defaultSegmentLimits } from '../../src/ledger/segments/segment.ts';
import { EmbeddedSession } from '../../src/store/embedded/session.ts';
import type { EngineResult } from '../../src/store/engine.ts';
import { PostgresSession } from '../../src/store/postgres/session.ts';
import { POINT_WORD, type Point } from './points.ts';

const armed = process.env['TORTURE_POINT'];
let left = Number(process.env['TORTURE_NTH'] ?? 1);

const isArmed = (point: Point): boolean => point === armed;

function pass(point: Point): void {
  if (!isArmed(point) || --left > 0) return;
  writeSync(1, `${POINT_WORD} ${point}\n`);
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Segments as short as a reign, so that the ends of their lives are met too. */
const SHORT_SEGMENTS = { segmentBytes: 30_000, segmentAgeMs: 700 };

const REPLACED: Readonly<Record<string, string>> = {
  '/src/providers/fake/brain.ts': './brain.ts',
  '/src/providers/fake/text-to-speech.ts': './voice.ts',
};

function replaceProviders(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const other = Object.entries(REPLACED).find(([end]) => resolved.url.endsWith(end))?.[1];
      return other === undefined ? resolved : { ...resolved, url: new URL(other, import.meta.url).href };
    },
  });
}

const isSegment = (file: string): boolean => file.endsWith('.log');
const isEffect = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes('"type":"tool-effect"');

function watchSegment(file: DiskFile): DiskFile {
  let holdsEffect = false;
  return {
    write: async (bytes, position) => {
      holdsEffect = isEffect(bytes);
      if (holdsEffect) pass('effect-before-record');
      if (position === 0) return file.write(bytes, position);
      pass('ledger-before-write');
      if (isArmed('ledger-mid-write')) {
        await file.write(bytes.subarray(0, bytes.length >> 1), position);
        pass('ledger-mid-write');
      }
      await file.write(bytes, position);
    },
    sync: async () => {
      pass('ledger-before-sync');
      await file.sync();
      pass('ledger-after-sync');
      if (holdsEffect) pass('effect-after-record');
    },
    close: () => file.close(),
  };
}

function watchDisk(): void {
  const { create, remove, rename } = realDisk;
  Object.assign(realDisk, {
    create: async (name) => {
      if (name.endsWith('cursor.json.draft')) pass('cursor-before-draft');
      const file = await create(name);
      if (!isSegment(name)) return file;
      pass('ledger-segment-created');
      return watchSegment(file);
    },
    rename: async (from, to) => {
      const isCursor = to.endsWith('cursor.json');
      if (isCursor) pass('cursor-before-rename');
      await rename(from, to);
      if (isCursor) pass('cursor-after-rename');
    },
    remove: async (name) => {
      if (isSegment(name)) pass('ledger-before-removal');
      await remove(name);
      if (isSegment(name)) pass('ledger-after-removal');
    },
  } satisfies Partial<Disk>);
}

const BEFORE: readonly (readonly [RegExp, Point])[] = [
  [/^start transaction/, 'store-before-transaction'],
  [/^commit$/, 'store-before-commit'],
  [/create table tenants/, 'migration-before-script'],
];
const AFTER: readonly (readonly [RegExp, Point])[] = [
  [/^insert into "events"/, 'store-mid-transaction'],
  [/^commit$/, 'store-after-commit'],
  [/create table tenants/, 'migration-after-script'],
  [/^insert into schema_migrations/, 'migration-before-commit'],
];

interface Session {
  query(sql: string, parameters: readonly unknown[]): Promise<EngineResult>;
  script(sql: string): Promise<EngineResult>;
}

function passAll(points: typeof BEFORE, sql: string): void {
  for (const [pattern, point] of points) if (pattern.test(sql)) pass(point);
}

function watchSession(prototype: Session): void {
  const { query, script } = prototype;
  const watch = async (sql: string, run: () => Promise<EngineResult>): Promise<EngineResult> => {
    passAll(BEFORE, sql);
    const result = await run();
    passAll(AFTER, sql);
    return result;
  };
  prototype.query = function (this: Session, sql, parameters) {
    return watch(sql, () => query.call(this, sql, parameters));
  };
  prototype.script = function (this: Session, sql) {
    return watch(sql, () => script.call(this, sql));
  };
}

/** Of the thread in which the embedded database runs. */
function watchSnapshots(): void {
  const { rename } = promises;
  promises.rename = async (from, to) => {
    const isSnapshot = String(to).endsWith('.snapshot');
    if (isSnapshot) pass('snapshot-before-rename');
    await rename(from, to);
    if (isSnapshot) pass('snapshot-after-rename');
  };
  syncBuiltinESMExports();
}

if (!isMainThread) watchSnapshots();
else {
  Object.assign(defaultSegmentLimits, SHORT_SEGMENTS);
  replaceProviders();
  watchDisk();
  watchSession(EmbeddedSession.prototype);
  watchSession(PostgresSession.prototype);
}
