/** A call so far: read back from its facts by a node that takes it over, and the beginning of its next stream. */
import type { CallEventBody, ToolRecord, Turn } from '../core/call-event.ts';
import type { Fact } from '../core/fact.ts';
import type { PastCall } from './cluster.ts';

/**
 * Undefined when nobody has told that the call was opened. The facts may come in any order, and some may be missing;
 * turns end where the first one is. `now` is wall-clock ms.
 */
export function pastFromFacts(facts: readonly Fact[], now: number): PastCall | undefined {
  const opened = facts.find((fact) => fact.type === 'call-opened');
  if (!opened) return undefined;
  const { accountSid, callSid, from, to, version } = opened;
  const outcomes = facts.filter((fact) => fact.type === 'outcome').sort((a, b) => a.index - b.index);
  const consents = facts.filter((fact) => fact.type === 'consent').sort((a, b) => a.index - b.index);
  const acts = facts.filter((fact) => fact.type === 'operator-act').sort((a, b) => a.index - b.index);
  const streams = facts.filter((fact) => fact.type === 'stream-started');
  const startedAt = Math.min(...streams.map(({ at }) => Date.parse(at)));
  const recorded = recordedTurns(facts);
  return {
    call: { callSid, accountSid, from, to, ...(version === undefined ? {} : { version }) },
    turns: [...recorded, ...unanswered(facts, recorded)],
    recordedTurns: recorded.length,
    tools: toolsOf(facts),
    outcome: outcomes.at(-1)?.outcome,
    outcomes: outcomes.length,
    consent: consents.at(-1)?.given,
    consents: consents.length,
    consentLine: consents.at(-1)?.line,
    notes: acts.flatMap(({ act, afterTurns, text }) =>
      act === 'note' && text !== undefined ? [{ after: afterTurns, text }] : [],
    ),
    acts: acts.length,
    isMuted: acts.findLast(({ act }) => act === 'mute' || act === 'unmute')?.act === 'mute',
    openedAt: Date.parse(opened.at),
    elapsedMs: Number.isFinite(startedAt) ? Math.max(0, now - startedAt) : 0,
    streams: Math.max(0, ...streams.map(({ attempt }) => attempt)),
  };
}

function recordedTurns(facts: readonly Fact[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const fact of facts) {
    if (fact.type !== 'turn') continue;
    const { fromMs, intended, interrupted, text, toMs, who } = fact;
    const cut = { ...(interrupted ? { interrupted } : {}), ...(intended === undefined ? {} : { intended }) };
    turns[fact.index] = { who, text, from: fromMs, to: toMs, ...cut };
  }
  let known = 0;
  while (turns[known]) known++;
  return turns.slice(0, known);
}

/** What was being answered when the stream was lost. An earlier question of the same turn is part of a later one. */
function unanswered(facts: readonly Fact[], recorded: readonly Turn[]): readonly Turn[] {
  const heard = facts.filter(
    (fact) => fact.type === 'heard' && fact.afterTurns === recorded.length && fact.text !== '',
  );
  const newest = heard.reduce<Extract<Fact, { type: 'heard' }> | undefined>(
    (last, fact) => (fact.type === 'heard' && (!last || fact.at >= last.at) ? fact : last),
    undefined,
  );
  if (!newest) return [];
  const at = recorded.at(-1)?.to ?? 0;
  return [{ who: 'caller', text: newest.text, from: at, to: at }];
}

function toolsOf(facts: readonly Fact[]): readonly ToolRecord[] {
  const effects = facts.filter((fact) => fact.type === 'tool-effect').sort((a, b) => a.index - b.index);
  return [...Map.groupBy(effects, ({ afterTurns }) => afterTurns)].map(([after, group]) => ({
    after,
    exchanges: group.map(({ arguments: args, failed, id, name, result }) => ({
      id,
      name,
      arguments: args,
      result,
      ...(failed ? { failed } : {}),
    })),
  }));
}

/** What a further stream of the call begins with. */
export function resumeEvent({ consent, elapsedMs, notes, outcome, outcomes, tools, turns }: PastCall): CallEventBody {
  const told = {
    ...(notes.length === 0 ? {} : { notes }),
    ...(outcome ? { outcome } : {}),
    ...(consent === undefined ? {} : { isConsentHeard: true as const }),
  };
  return { type: 'call-resume', turns, tools, outcomes, elapsedMs, ...told };
}
