import { type Fact, type FactBody, factKey } from '../../../src/core/fact.ts';

export interface Told {
  readonly tenant?: string;
  readonly callSid?: string;
  readonly node?: string;
  readonly fence?: number;
  readonly at?: string;
}

/** A fact as its node tells it. */
export function factOf(body: FactBody, told: Told = {}): Fact {
  const { tenant = 'tenant', callSid = 'CA1', node = 'node-1', fence = 1, at = '2026-11-27T10:00:00.000Z' } = told;
  return { ...body, key: factKey(body), tenant, callSid, node, fence, at };
}

export const OPENED: FactBody = {
  type: 'call-opened',
  accountSid: 'AC1',
  from: '+972541234567',
  to: '+97231234567',
  agent: 'Leah',
  language: 'he-IL',
};

export const turn = (index: number, text: string): FactBody => ({
  type: 'turn',
  index,
  who: index % 2 === 0 ? 'agent' : 'caller',
  text,
  fromMs: index * 1000,
  toMs: index * 1000 + 900,
});

export const outcome = (
  index: number,
  slots: Readonly<Record<string, string>>,
  status: 'completed' | 'abandoned' = 'completed',
): FactBody => ({ type: 'outcome', index, outcome: { status, flow: 'booking', slots } });

/** Everything that one call may bring about. */
export const WHOLE_CALL: readonly FactBody[] = [
  OPENED,
  { type: 'stream-started', streamSid: 'MZ1', attempt: 1 },
  turn(0, 'שלום, כאן לאה'),
  { type: 'consent', index: 0, subject: 'recording', given: true },
  turn(1, 'אני רוצה תור'),
  {
    type: 'recording-segment',
    recordingId: 'rec-1',
    index: 0,
    file: 'a/0',
    fromMs: 0,
    toMs: 5000,
    bytes: 40_000,
    sha256: 'aa',
  },
  {
    type: 'tool-effect',
    index: 0,
    id: 'effect-1',
    afterTurns: 2,
    name: 'saveLead',
    arguments: '{"a":1}',
    result: '{"saved":true}',
  },
  outcome(0, { name: 'דנה', phone: '054-765 4321', day: 'monday', time: '10:00', reason: 'cleaning' }),
  {
    type: 'turn',
    index: 2,
    who: 'agent',
    text: 'נתראה',
    intended: 'נתראה ביום שני',
    fromMs: 3000,
    toMs: 3500,
    interrupted: true,
  },
  { type: 'stream-ended', streamSid: 'MZ1', reason: 'socket-lost' },
  { type: 'stream-started', streamSid: 'MZ2', attempt: 2 },
  outcome(1, { name: 'דנה', phone: '054-765 4321', day: 'tuesday', time: '11:00', reason: 'cleaning' }),
  outcome(2, { reason: 'cleaning' }, 'abandoned'),
  { type: 'consent', index: 1, subject: 'recording', given: false },
  { type: 'stream-ended', streamSid: 'MZ2', reason: 'caller-hung-up' },
  { type: 'carrier-recording', recordingSid: 'RE1', url: '', status: 'in-progress' },
  { type: 'call-ended', reason: 'caller-hung-up' },
  {
    type: 'carrier-recording',
    recordingSid: 'RE1',
    url: 'https://api.twilio.com/RE1',
    status: 'completed',
    durationSec: 4,
  },
];

export function wholeCall(told: Told): readonly Fact[] {
  const start = Date.parse('2026-11-27T10:00:00.000Z');
  return WHOLE_CALL.map((body, second) => factOf(body, { at: new Date(start + second * 1000).toISOString(), ...told }));
}
