/** Calls that were, with all that they leave behind: facts, a journal, a recording under lock. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JournalEntry, JournalHead } from '../../call/journal.ts';
import { initialCall, step } from '../../core/call.ts';
import type { CallEvent } from '../../core/call-event.ts';
import type { FactBody } from '../../core/fact.ts';
import { defaultSettings } from '../../core/settings.ts';
import { floorOf } from '../../core/turn.ts';
import { keyOfRecording, type RecordingKeys } from '../../recording/keys.ts';
import { folderOfCall, segmentFileName } from '../../recording/layout.ts';
import { BYTES_PER_MS, sealSegment } from '../../recording/segment.ts';
import type { Caller } from '../handler.ts';

export const OPERATOR: Caller = {
  tenant: 'default',
  actor: 'dana@example.com',
  userId: 'u1',
  role: 'owner',
  sessionHash: undefined,
};

let made = 0;
export const newCallSid = (): string => `CA${(made++).toString(16).padStart(32, 'a')}`;

export const opened = (from: string, agent = 'Leah'): FactBody => ({
  type: 'call-opened',
  accountSid: `AC${'0'.repeat(32)}`,
  from,
  to: '+97231234567',
  agent,
  language: 'he-IL',
});
export const said = (index: number, text: string): FactBody => ({
  type: 'turn',
  index,
  who: index % 2 === 0 ? 'agent' : 'caller',
  text,
  fromMs: index * 1_000,
  toMs: index * 1_000 + 900,
});
export const gathered = (slots: Readonly<Record<string, string>>): FactBody => ({
  type: 'outcome',
  index: 0,
  outcome: { status: 'completed', flow: 'flat-wanted', slots },
});
export const ended: FactBody = { type: 'call-ended', reason: 'caller-hung-up' };

/** A caller who asks, is answered, cuts in, and has a tool used. */
export const ASKED: readonly CallEvent[] = [
  { type: 'call-start', at: 0 },
  { type: 'sentence-start', reply: 1, text: 'Hello.', at: 10 },
  { type: 'playout-start', reply: 1, at: 11 },
  { type: 'sentence-end', reply: 1, audioMs: 800, at: 20 },
  { type: 'reply-end', reply: 1, hangUp: false, at: 21 },
  { type: 'mark', reply: 1, generation: 0, playedMs: 800, last: true, at: 860 },
  { type: 'speech-start', since: 900, at: 1_000 },
  { type: 'speech-sustained', confidence: 0.9, at: 1_100 },
  { type: 'speech-end', since: 2_000, at: 2_200 },
  { type: 'transcript-final', text: 'is the flat on Herzl street free', at: 2_250 },
  { type: 'deadline', at: 2_400 },
  { type: 'deadline', at: 2_450 },
  { type: 'tool-start', reply: 2, at: 2_500 },
  {
    type: 'tool-end',
    reply: 3,
    of: 2,
    exchanges: [{ id: 't1', name: 'findFlat', arguments: '{"street":"Herzl"}', result: '{"free":true}' }],
    at: 2_700,
  } as unknown as CallEvent,
  { type: 'stream-end', reason: 'caller-hung-up', at: 4_000 },
];

export function journalOf(callSid: string, events: readonly CallEvent[], head: Partial<JournalHead> = {}): string {
  const whole: JournalHead = {
    journal: 1,
    version: 'test',
    callSid,
    streamSid: `MZ${'0'.repeat(32)}`,
    from: '+972541234567',
    to: '+97231234567',
    agent: 'Leah',
    language: 'he-IL',
    providers: { stt: 'scripted', brain: 'flow', tts: 'tones' },
    caveats: [],
    startedAt: '2026-11-27T10:00:00.000Z',
    settings: defaultSettings,
    ...head,
  };
  let state = initialCall;
  const entries: JournalEntry[] = events.map((event) => {
    const [next, effects] = step(state, event, defaultSettings);
    state = next;
    return { event, effects, state: floorOf(state.turn) };
  });
  return [whole, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export async function writeJournal(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.jsonl`), text);
}

export interface RecordedSegment {
  readonly fromMs: number;
  readonly toMs: number;
  /** µ-law of both sides, constant over the segment. */
  readonly caller: number;
  readonly agent: number;
}

/** Writes locked segments below `root` and gives their facts. */
export async function writeRecording(
  root: string,
  { callSid, keys, openedAt }: { readonly callSid: string; readonly keys: RecordingKeys; readonly openedAt: Date },
  segments: readonly RecordedSegment[],
): Promise<readonly FactBody[]> {
  const recordingId = callSid.slice(2);
  const tenant = OPERATOR.tenant;
  const folder = folderOfCall({ tenant, callSid, openedAt });
  await mkdir(path.join(root, folder), { recursive: true });
  const facts: FactBody[] = [];
  for (const [index, { agent, caller, fromMs, toMs }] of segments.entries()) {
    const audio = new Uint8Array((toMs - fromMs) * BYTES_PER_MS).map((_, i) => (i % 2 === 0 ? caller : agent));
    const last = index === segments.length - 1;
    const keyId = keys.current.id;
    const head = { tenant, callSid, recordingId, index, fromMs, toMs, last, lost: 0, keyId };
    const bytes = sealSegment(head, keyOfRecording(keys.current, head), [audio]);
    const file = `${folder}/${segmentFileName({ recordingId, index })}`;
    await writeFile(path.join(root, file), bytes);
    const sha256 = 'aa'.repeat(32);
    facts.push({ type: 'recording-segment', recordingId, index, file, fromMs, toMs, bytes: bytes.length, sha256 });
  }
  return facts;
}
