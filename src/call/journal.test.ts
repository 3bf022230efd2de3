import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultSettings } from '../core/settings.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { type JournalEntry, JournalFolder, type JournalHead, readJournal, replayJournal } from './journal.ts';

const head: JournalHead = {
  journal: 1,
  version: 'test',
  callSid: 'CA1',
  streamSid: 'MZ1',
  from: '',
  to: '',
  agent: 'Test',
  language: 'en-US',
  providers: { stt: 'fake', brain: 'fake', tts: 'fake' },
  caveats: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  settings: defaultSettings,
};
const started: JournalEntry = {
  event: { type: 'call-start', at: 0 },
  effects: [
    { type: 'greeting-start', reply: 1 },
    { type: 'state-change', state: 'THINKING' },
  ],
  state: 'THINKING',
};
const ended: JournalEntry = {
  event: { type: 'stream-end', reason: 'caller-hung-up', at: 10 },
  effects: [
    { type: 'reply-cancel', reply: 1 },
    { type: 'call-close', reason: 'caller-hung-up' },
  ],
  state: 'LISTENING',
};

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'kav-journal-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function written(entries: readonly JournalEntry[]): Promise<string> {
  const folder = new JournalFolder({
    folder: path.join(root, 'journals'),
    clock: new VirtualClock(),
    onError: (error) => expect.fail(String(error)),
  });
  const journal = folder.open(head);
  for (const entry of entries) journal.write(entry);
  await journal.close();
  return folder.pathOf(head.callSid);
}

describe('a journal', () => {
  test('is read back as it was written, and only its owner may read it', async () => {
    const file = await written([started, ended]);
    expect(await readJournal(file)).toEqual({ head, entries: [started, ended] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  });

  test('replays; a line that was changed is found', async () => {
    const journal = await readJournal(await written([started, ended]));
    expect([...replayJournal(journal)].map(({ same }) => same)).toEqual([true, true]);
    const forged = { ...journal, entries: [{ ...started, effects: [] }, ended] };
    expect([...replayJournal(forged)].map(({ same }) => same)).toEqual([false, true]);
  });

  test('with a torn last line, as a crash leaves it, is read up to there', async () => {
    const file = await written([started]);
    await appendFile(file, '{"event":{"type":"stre');
    expect((await readJournal(file)).entries).toEqual([started]);
  });

  test('damaged in the middle names the line', async () => {
    const file = await written([started, ended]);
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines[1] = lines[1]!.slice(0, 20);
    await writeFile(file, lines.join('\n'));
    await expect(readJournal(file)).rejects.toThrow(/line 2/);
  });

  test('takes nothing more once it is closed, and makes no error of it', async () => {
    const errors: unknown[] = [];
    const clock = new VirtualClock();
    const folder = new JournalFolder({ folder: root, clock, onError: (error) => errors.push(error) });
    const journal = folder.open(head);
    journal.write(started);
    await journal.close();
    journal.write(ended);
    clock.advance(1_000);
    await journal.close();
    expect((await readJournal(folder.pathOf('CA1'))).entries).toEqual([started]);
    expect(errors).toEqual([]);
  });

  test('that cannot be written costs the journal and nothing else', async () => {
    const file = path.join(root, 'a-file');
    await writeFile(file, '');
    const errors: unknown[] = [];
    const folder = new JournalFolder({
      folder: path.join(file, 'journals'),
      clock: new VirtualClock(),
      onError: (error) => errors.push(error),
    });
    const journal = folder.open(head);
    journal.write(started);
    await journal.close();
    expect(errors.length).toBeGreaterThan(0);
  });
});
