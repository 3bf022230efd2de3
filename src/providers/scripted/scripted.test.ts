import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { testContext } from '../conformance/context.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { SpeechEvent } from '../contracts.ts';
import { createScripted, openScripted, parseScript } from './client.ts';

const clock = new VirtualClock();
const lines = ['I would like an appointment', 'Tuesday', 'yes please', 'שלום'];

sttConformance('scripted', () => createScripted(testContext(clock), { lines }), { advance: (ms) => clock.advance(ms) });
sttConformance('scripted, empty', () => createScripted(testContext(clock), { lines: [] }), {
  advance: (ms) => clock.advance(ms),
});

async function utter(count: number): Promise<SpeechEvent[]> {
  const events: SpeechEvent[] = [];
  const session = createScripted(testContext(clock), { lines }).open({
    callSid: 'CA00',
    language: 'en-US',
    onEvent: (event) => events.push(event),
  });
  for (let i = 0; i < count; i++) {
    session.speechStarted();
    await clock.advance(i % 2 === 0 ? 1_000 : 100);
    session.speechEnded();
    await clock.advance(100);
  }
  await session.close();
  return events;
}

describe('the scripted recogniser', () => {
  test('reads one line per utterance, half of it first, and nothing once they are used up', async () => {
    expect(await utter(6)).toEqual([
      { type: 'partial', text: 'I would like' },
      { type: 'final', text: 'I would like an appointment' },
      { type: 'partial', text: 'Tuesday' },
      { type: 'final', text: 'Tuesday' },
      { type: 'partial', text: 'yes' },
      { type: 'final', text: 'yes please' },
      { type: 'partial', text: 'שלום' },
      { type: 'final', text: 'שלום' },
      { type: 'final', text: '' },
      { type: 'final', text: '' },
    ]);
  });

  test('begins again in every session', async () => {
    expect(await utter(1)).toEqual(await utter(1));
  });

  test('says that it does not listen', () => {
    expect(createScripted(testContext(clock), { lines }).caveat).toContain('does not listen');
  });
});

describe('the script', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kav-script-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('comments and blank lines do not count', () => {
    expect(parseScript('\uFEFF# a call\n\n  yes \r\nno # not a comment\n#end')).toEqual(['yes', 'no # not a comment']);
  });

  test('is read from the file that KAV_SCRIPT names', async () => {
    const file = path.join(folder, 'call.txt');
    writeFileSync(file, 'one\ntwo\n');
    expect((await openScripted(testContext(clock, { KAV_SCRIPT: file }))).caveat).toContain('2 lines');
  });

  test.each([undefined, '', path.join(folder, 'missing.txt'), folder])('KAV_SCRIPT=%s is refused', async (file) => {
    const error = await openScripted(testContext(clock, { KAV_SCRIPT: file })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ key: 'KAV_SCRIPT' });
  });
});
