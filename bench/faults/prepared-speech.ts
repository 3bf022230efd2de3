/** What a server that has run before has: greeting and lines, spoken by each first voice while all is well. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLines } from '../../src/call/agent-lines.ts';
import { openKav } from '../../src/cli/wire.ts';
import { CallProgress } from './progress.ts';
import { openVendors } from './vendors.ts';

export const AGENT = new URL('./agent.ts', import.meta.url).pathname;
/** The greeting and the fixed lines. */
const TEXTS = 1 + Object.keys(defaultLines('en')).length;
const PATIENCE_MS = 20_000;

/** Fills `<dataDir>/speech`. */
export async function prepareSpeech(dataDir: string, voices: readonly string[]): Promise<void> {
  const progress = new CallProgress([]);
  const vendors = await openVendors({ name: 'none', kind: 'voice', breaks: {} }, progress);
  try {
    for (const [index, voice] of voices.entries()) {
      const kav = await openKav(environment({ ...vendors.env, KAV_TTS: voice, KAV_DATA_DIR: dataDir }), false);
      try {
        await kav.ready;
        await untilThereAre((index + 1) * TEXTS, path.join(dataDir, 'speech'));
      } finally {
        await kav.close();
      }
    }
  } finally {
    await vendors.close();
  }
}

/** A server's environment for this agent, with what is told. */
export function environment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    KAV_AGENT: AGENT,
    // A store says nothing of vendors, and a new one for each call takes seconds of the processor.
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
    LOG_LEVEL: 'silent',
    PATH: process.env['PATH'] ?? '',
    ...more,
  };
}

async function untilThereAre(count: number, folder: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const names = await readdir(folder).catch(() => []);
    if (names.filter((name) => name.endsWith('.ulaw')).length >= count) return;
    if (performance.now() > until) throw new Error(`only ${names.length} lines are spoken after ${PATIENCE_MS} ms`);
    await sleep(50);
  }
}
