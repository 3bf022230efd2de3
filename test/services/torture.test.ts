/** A few of the kills of `npm run torture:crash`, at points that are always the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { runLane } from '../torture/lane.ts';

test('a server that is killed at the worst moments loses nothing and does nothing twice', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kav-torture-'));
  const url = inject('postgresUrl');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create database torture');
  await client.end();
  const report = await runLane({
    name: 'postgres',
    folder,
    seed: 1,
    kills: 7,
    callers: 4,
    auditEvery: 100,
    // The server of all tests is left alone.
    postgres: { url: url.replace(/postgres$/, 'torture'), strike: async () => false },
    log: () => {},
  });
  const { backwards, doubled, lost, refused } = report;
  expect({ backwards, doubled, lost, refused }).toEqual({ backwards: [], doubled: [], lost: [], refused: 0 });
  expect(report.kills.get('migration-after-script')).toBe(1);
  expect(report.acknowledged['call-opened']).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
}, 240_000);
