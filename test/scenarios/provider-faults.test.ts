/** The most telling of the provider faults in `bench/faults.ts`, as whole calls over real sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LINES } from '../../bench/faults/conversation.ts';
import { playFault } from '../../bench/faults/play.ts';
import { prepareSpeech } from '../../bench/faults/prepared-speech.ts';
import { FAULTS } from '../../bench/faults/table-of-faults.ts';

/** The fault begins with the second line, so that two lines show it. */
const SHORT = LINES.slice(0, 2);

const CALLS = [
  ['model: stalls in the first sentence', 'anthropic'],
  ['recogniser: cut in mid-utterance, then refused', 'deepgram'],
  ['voice: cut in mid-sentence', 'azure'],
  ['all models down', 'flow'],
  ['all voices down', 'nobody'],
  ['recogniser: falls mute in mid-utterance', 'deepgram'],
  ['all voices down at the first start', 'nobody'],
  ['all voices die in mid-sentence', 'nobody'],
] as const;

let dataDir = '';

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-provider-faults-'));
  await prepareSpeech(dataDir, ['google']);
}, 60_000);
afterAll(() => rm(dataDir, { recursive: true }));

describe.concurrent('nobody is left in silence, nothing is lost or said twice', () => {
  test.for(CALLS)('%s', { timeout: 60_000 }, async ([name, servedInstead]) => {
    const fault = FAULTS.find((one) => one.name === name)!;
    const finding = await playFault({ ...fault, lines: SHORT }, dataDir);
    expect(finding.problems, JSON.stringify(finding, undefined, 1)).toEqual([]);
    expect(finding.servedInstead).toContain(servedInstead);
  });
});
