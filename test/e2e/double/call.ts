import type { CallPage, CallStory, CallTurn, Peaks } from '../../../src/api/contract/calls.ts';
import { calls } from './people.ts';
import { ago } from './values.ts';

const TALK: readonly [CallTurn['who'], string, string | null, number, number][] = [
  ['agent', 'שלום, כאן לאה ממשרד התיווך. במה אפשר לעזור?', null, 400, 3_900],
  ['caller', 'היי, אני מחפשת דירה של שלושה חדרים בגבעתיים', null, 4_700, 8_100],
  ['agent', 'מצוין. מה התקציב שלך, ומתי', 'מצוין. מה התקציב שלך, ומתי היית רוצה להיכנס?', 8_900, 11_200],
  ['caller', 'עד שתיים ארבע מאות, אפשר לדבר עם Ronen?', null, 11_000, 14_600],
  ['operator', 'היי דנה, רונן מדבר. יש לי בדיוק משהו ברחוב כצנלסון.', null, 15_800, 20_100],
  ['caller', 'מעולה, יום שלישי בארבע מתאים לי', null, 21_000, 23_400],
  ['agent', 'קבעתי לך סיור ביום שלישי בשעה ארבע. תודה, ויום נעים!', null, 24_300, 29_400],
];

export const turns: CallTurn[] = TALK.map(([who, text, intended, fromMs, toMs], index) => ({
  index,
  who,
  text,
  intended,
  fromMs,
  toMs,
  interrupted: intended !== null,
}));

export const DURATION_MS = 30_000;

export const callPage: CallPage = {
  call: { ...calls[0]!, durationMs: DURATION_MS },
  turns,
  tools: [
    {
      name: 'bookViewing',
      afterTurns: 6,
      arguments: '{"day":"tuesday","time":"16:00"}',
      result: '{"booked":true}',
      failed: false,
      at: ago(11),
    },
  ],
  streams: [
    {
      streamSid: `MZ${'0'.repeat(32)}`,
      attempt: 1,
      node: 'kav-1',
      startedAt: ago(12),
      endedAt: ago(11),
      endReason: 'agent-finished',
    },
  ],
  slots: { area: 'גבעתיים', rooms: '3', budget: '2,400,000 ₪' },
  consent: true,
  leadId: '1',
  contactNumber: calls[0]!.from,
  recording: { durationMs: DURATION_MS, source: 'own' },
  hasJournal: true,
  cost: {
    currency: 'USD',
    total: 0.0412,
    parts: [
      { name: 'telephony', amount: 0.0085 },
      { name: 'recogniser', amount: 0.012 },
      { name: 'model', amount: 0.0147 },
      { name: 'voice', amount: 0.006 },
    ],
  },
  redactedAt: null,
};

const agentTurns = turns.filter(({ who }) => who === 'agent');

export const story: CallStory = {
  durationMs: DURATION_MS,
  states: [0, ...agentTurns.flatMap(({ fromMs, toMs }) => [fromMs - 800, fromMs, toMs]), DURATION_MS]
    .map((at) => Math.max(0, at))
    .flatMap((fromMs, i, all) => {
      const toMs = all[i + 1];
      return toMs === undefined
        ? []
        : [{ fromMs, toMs, state: (['LISTENING', 'THINKING', 'SPEAKING'] as const)[i % 3]! }];
    }),
  speech: turns.filter(({ who }) => who === 'caller').map(({ fromMs, toMs }) => ({ fromMs, toMs })),
  bargeIns: [{ at: 11_200, reply: 2, heardMs: 2_300 }],
  tools: [{ fromMs: 23_600, toMs: 24_050, name: 'bookViewing', failed: false }],
  replies: agentTurns.map((turn, i) => ({
    reply: i + 1,
    kind: i === 0 ? 'greeting' : 'answer',
    said: i === 0 ? '' : turns[turn.index - 1]!.text,
    heard: turn.text,
    end: turn.interrupted ? 'interrupted' : 'played',
    startedAt: turn.fromMs - 700,
    endedAt: turn.toMs,
    latencyMs: i === 0 ? null : 820,
    bars:
      i === 0
        ? []
        : [
            { name: 'recogniser', fromMs: turn.fromMs - 820, toMs: turn.fromMs - 590 },
            { name: 'endpointing', fromMs: turn.fromMs - 820, toMs: turn.fromMs - 420 },
            { name: 'brain', fromMs: turn.fromMs - 420, toMs: turn.fromMs - 180 },
            { name: 'voice', fromMs: turn.fromMs - 180, toMs: turn.fromMs - 40 },
            { name: 'to first frame', fromMs: turn.fromMs - 40, toMs: turn.fromMs },
            { name: 'way to the ear', fromMs: turn.fromMs, toMs: turn.fromMs + 60 },
            { name: 'heard', fromMs: turn.fromMs + 60, toMs: turn.toMs },
          ],
    sentences: [
      { at: turn.fromMs - 900, text: 'The caller fell silent, 120 ms before this was certain.' },
      { at: turn.fromMs - 590, text: `The recogniser's words: "${turn.text}".` },
      { at: turn.fromMs - 420, text: 'The turn is over: 400 ms of silence after words that sound finished.' },
      { at: turn.fromMs - 180, text: 'A sentence was asked of the voice.' },
      { at: turn.fromMs, text: 'The first frame went out.' },
    ],
  })),
  causes: [
    {
      cause: 'cut-in',
      fault: 'turns',
      title: 'The caller cut in while the agent spoke',
      remedy: 'Shorten the question, or ask one thing at a time.',
      at: 11_200,
      detail: 'After 2.3 s of 4.1 s.',
    },
  ],
};

/** Speech is loud where somebody speaks, in syllables. */
export const peaks: Peaks = {
  durationMs: DURATION_MS,
  perSecond: 50,
  caller: levels((who) => who === 'caller'),
  agent: levels((who) => who !== 'caller'),
};

function levels(isOurs: (who: CallTurn['who']) => boolean): number[] {
  return Array.from({ length: (DURATION_MS / 1_000) * 50 }, (_, i) => {
    const at = i * 20;
    const speaks = turns.some(({ fromMs, toMs, who }) => isOurs(who) && at >= fromMs && at < toMs);
    const syllable = Math.abs(Math.sin(i * 0.37) * Math.sin(i * 0.113 + 1));
    return speaks ? 0.06 + 0.5 * syllable : 0.002 + 0.002 * Math.abs(Math.sin(i));
  });
}

/** Stereo, 8 kHz, 16 bits: a tone on each side while it speaks. */
export function wav(): Buffer {
  const rate = 8_000;
  const samples = (DURATION_MS / 1_000) * rate;
  const data = Buffer.alloc(44 + samples * 4);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + samples * 4, 4);
  data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(2, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 4, 28);
  data.writeUInt16LE(4, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36);
  data.writeUInt32LE(samples * 4, 40);
  for (let i = 0; i < samples; i++) {
    const peak = Math.floor((i / rate) * 50);
    const wave = Math.sin((i / rate) * 2 * Math.PI * 220);
    data.writeInt16LE(Math.round(wave * peaks.caller[peak]! * 30_000), 44 + i * 4);
    data.writeInt16LE(Math.round(wave * peaks.agent[peak]! * 30_000), 46 + i * 4);
  }
  return data;
}
