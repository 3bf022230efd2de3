import type { WebSocketRoute } from '@playwright/test';
import type { LiveCall, LiveLine, LiveMessage, LiveRequest } from '../../../src/api/contract/live.ts';
import { turns } from './call.ts';
import { ago, callSidOf } from './values.ts';

const STATES = ['SPEAKING', 'LISTENING', 'THINKING'] as const;
const WORDS = [
  ['caller', 'כן, יום שלישי בארבע מתאים לי'],
  ['agent', 'We see patients from nine to half past four.'],
  ['caller', 'I would like a check-up next week please'],
  ['agent', 'מצוין. מה התקציב שלך, ומתי היית רוצה להיכנס?'],
] as const;

export const liveCalls = (count: number): LiveCall[] =>
  Array.from({ length: count }, (_, i) => {
    const [who, text] = WORDS[i % WORDS.length]!;
    return {
      callSid: callSidOf(1_000 + i),
      node: `kav-${1 + (i % 2)}`,
      agent: i % 4 === 1 || i % 4 === 2 ? 'Front desk' : 'Leah',
      language: i % 4 === 1 || i % 4 === 2 ? 'en-US' : 'he-IL',
      from: `+97250${String(1_000_000 + i * 7_717).slice(0, 7)}`,
      to: '+97237000000',
      startedAt: ago(0.4 + i * 0.61),
      state: STATES[i % STATES.length]!,
      lastWords: { who, text },
      latencyMs: i % 5 === 4 ? null : 640 + ((i * 97) % 700),
      recording: 'on',
      takenOverBy: null,
    };
  });

const lines: LiveLine[] = [
  ...turns.slice(0, 4).flatMap((turn): LiveLine[] => [
    { type: 'turn', at: turn.toMs, ...turn },
    {
      type: 'decision',
      at: turn.toMs + 420,
      event: 'endpoint',
      text: 'The turn is over: 400 ms of silence after words that sound finished.',
    },
  ]),
  { type: 'tool', at: 15_000, name: 'saveLead', failed: false },
  { type: 'action', at: 15_400, action: 'whisper', by: 'ronen@example.com' },
  { type: 'sentence', at: 16_000, reply: 3, text: 'יש לי בדיוק משהו ברחוב כצנלסון.' },
  { type: 'partial', at: 18_000, text: 'מעולה, יום שלישי' },
];

/** The live socket of a server with so many calls. `changesEveryMs` has some of them change again and again. */
export function answerLive(socket: WebSocketRoute, count: number, changesEveryMs?: number): void {
  const calls = liveCalls(count);
  const send = (message: LiveMessage): void => socket.send(JSON.stringify(message));
  let timer: ReturnType<typeof setInterval> | undefined;
  socket.onMessage((data) => {
    const request = JSON.parse(String(data)) as LiveRequest;
    if (request.type === 'hello') {
      send({ type: 'welcome', cursor: 1 });
      send({ type: 'calls', calls });
      if (changesEveryMs) timer = setInterval(() => send({ type: 'changed', calls: changed(calls) }), changesEveryMs);
    }
    if (request.type === 'follow') send({ type: 'lines', callSid: request.callSid, isFirst: true, lines });
  });
  socket.onClose(() => clearInterval(timer));
}

function changed(calls: LiveCall[]): LiveCall[] {
  const some = calls.filter(() => Math.random() < 0.2);
  for (const call of some) {
    const index = calls.indexOf(call);
    calls[index] = {
      ...call,
      state: STATES[(STATES.indexOf(call.state) + 1) % 3]!,
      latencyMs: 500 + Math.floor(Math.random() * 900),
    };
  }
  return some.map(({ callSid }) => calls.find((call) => call.callSid === callSid)!);
}
