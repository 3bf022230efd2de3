/** Draws the states of a call from the code: every transition that thousands of random calls take. */
import { type CallState, initialCall, isEnded, nextDeadline, step } from '../../src/core/call.ts';
import type { CallEventBody } from '../../src/core/call-event.ts';
import { type CallSettings, defaultSettings } from '../../src/core/settings.ts';
import { taskOf } from '../../src/core/turn.ts';
import { turnDeadline } from '../../src/core/turn-deadline.ts';
import { createRandom } from '../../src/simulator/random.ts';

const WALKS = 6_000;
const STEPS = 60;
/** A walk takes less than a minute: what comes after minutes comes sooner, and keys stop the agent. */
const SETTINGS: CallSettings = {
  ...defaultSettings,
  longTurnMs: 6_000,
  longTurnGraceMs: 2_000,
  noPersonMs: 10_000,
  keysInterrupt: true,
};

/** A Mermaid state diagram; the order is fixed, so that the text changes only when the code does. */
export function renderStateDiagram(): string {
  const causes = new Map<string, Set<string>>();
  for (let seed = 1; seed <= WALKS; seed++) walk(seed, causes);
  const lines = [...causes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([arrow, why]) => `  ${arrow}: ${[...why].sort().join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> idle', ...lines, '  ended --> [*]', '```'].join('\n');
}

function walk(seed: number, causes: Map<string, Set<string>>): void {
  const random = createRandom(seed);
  let state = initialCall;
  let at = 0;
  for (let i = 0; i < STEPS && !isEnded(state); i++) {
    at += Math.floor(random() * 1_500);
    const due = nextDeadline(state, SETTINGS);
    const event: CallEventBody =
      due !== undefined && (due <= at || random() < 0.1) ? { type: 'deadline' } : randomEvent(state, at, random);
    if (event.type === 'deadline') at = Math.max(at, due!);
    const cause = event.type === 'deadline' ? dueName(state, at) : event.type;
    const [next] = step(state, { ...event, at }, SETTINGS);
    note(state, next, cause, causes);
    state = next;
  }
}

function note(before: CallState, after: CallState, cause: string, causes: Map<string, Set<string>>): void {
  const sameReply = taskOf(before.turn)?.reply === taskOf(after.turn)?.reply;
  if (before.turn.phase.name === after.turn.phase.name && sameReply) return;
  const arrow = `${before.turn.phase.name} --> ${after.turn.phase.name}`;
  causes.set(arrow, (causes.get(arrow) ?? new Set()).add(cause));
}

/** The deadline that fires, by the name it has in the code. */
function dueName(state: CallState, at: number): string {
  if (state.expiresAt !== undefined && at >= state.expiresAt) return 'time-limit';
  return turnDeadline(state.turn, state.playout, SETTINGS)?.due ?? 'time-limit';
}

/** Events that can come in this state: the caller does as it likes, a reply keeps its order. */
function randomEvent(state: CallState, at: number, random: () => number): CallEventBody {
  const reply = taskOf(state.turn)?.reply ?? 0;
  const { generation, sentences, startedAt } = state.playout;
  const events: CallEventBody[] = [
    { type: 'call-start' },
    { type: 'speech-start', since: at - 60 },
    { type: 'speech-sustained' },
    { type: 'speech-end', since: at - 200 },
    { type: 'transcript-final', text: random() < 0.2 ? '' : `words ${at}` },
    { type: 'transcript-partial', text: 'wor' },
    { type: 'digit', digit: random() < 0.3 ? '#' : '5' },
    { type: 'sentence-start', reply, text: 'A sentence.', ...(random() < 0.1 ? { uninterruptible: true } : {}) },
    { type: 'sentence-end', reply, audioMs: 700 },
    { type: 'reply-end', reply, hangUp: random() < 0.1 },
  ];
  if (sentences.length > 0) events.push({ type: 'playout-start', reply });
  if (startedAt !== undefined) events.push({ type: 'playout-dry', reply, sentMs: 700 });
  if (startedAt !== undefined) events.push({ type: 'mark', reply, generation, playedMs: 700, last: true });
  if (random() < 0.04) return { type: 'reply-error', reply, code: 'provider-failed' };
  if (random() < 0.01) return { type: 'stream-end', reason: 'caller-hung-up' };
  if (random() < 0.005) return { type: 'end-request', reason: 'draining' };
  if (random() < 0.003) return { type: 'end-request', reason: 'operator-hung-up' };
  if (random() < 0.01) return { type: 'take-over', by: 'ann' };
  if (random() < 0.02) return { type: 'operator-say', by: 'ann', text: 'A wish.' };
  if (random() < (state.turn.phase.name === 'taken' ? 0.2 : 0.01))
    return { type: 'give-back', ...(random() < 0.3 ? { away: true as const } : {}) };
  return events[Math.floor(random() * events.length)]!;
}
