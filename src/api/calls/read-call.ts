/** All that is known of a call. */
import type { CallCost } from '../../core/cost.ts';
import { type CallDetails, readCallDetails } from '../../store/queries/call-details.ts';
import { readCallCosts } from '../../store/queries/costs.ts';
import { findCalls } from '../../store/queries/find-calls.ts';
import type { CallPage } from '../contract/calls.ts';
import { iso, isoOrNull, noSuch } from '../values.ts';
import { callItem } from './call-item.ts';
import type { CallDeps } from './deps.ts';
import { journalFiles } from './journals.ts';

/** Throws `ApiRefusal` when the tenant has no such call. */
export async function readCall(deps: CallDeps, tenant: string, callSid: string): Promise<CallPage> {
  const [call] = await findCalls(deps.db, tenant, { callSid, limit: 1 });
  if (!call) throw noSuch('call');
  const details = await readCallDetails(deps.db, tenant, callSid);
  const journals = await journalFiles(deps.journalFolder, callSid);
  const page: CallPage = {
    call: callItem(call),
    ...partsOf(details),
    consent: call.consent,
    contactNumber: call.contactNumber,
    hasJournal: journals.length > 0,
    cost: billOf(await readCallCosts(deps.db, tenant, callSid)),
  };
  return page.redactedAt === null ? page : withoutWords(page);
}

/** As soon as they are told to go: the job that erases them takes its time, and tells no page when it is done. */
function withoutWords({ call, ...page }: CallPage): CallPage {
  const bare = { ...call, turns: 0, hasRecording: false };
  return { ...page, call: bare, turns: [], tools: [], recording: null, hasJournal: false };
}

/** What its streams cost in all, in the currency of the last. */
function billOf(costs: readonly CallCost[]): CallPage['cost'] {
  const currency = costs.at(-1)?.currency;
  if (currency === undefined) return null;
  const amounts = new Map<string, number>();
  for (const { items } of costs.filter((cost) => cost.currency === currency)) {
    for (const { cost, operation, provider } of items) {
      const name = operation === 'carrier' ? provider : `${operation}: ${provider}`;
      if (cost !== undefined) amounts.set(name, (amounts.get(name) ?? 0) + cost);
    }
  }
  const parts = [...amounts].map(([name, amount]) => ({ name, amount }));
  return { currency, total: parts.reduce((sum, { amount }) => sum + amount, 0), parts };
}

type Parts = Pick<CallPage, 'turns' | 'tools' | 'streams' | 'slots' | 'leadId' | 'recording' | 'redactedAt'>;

function partsOf({ lead, recordings, redactedAt, streams, tools, turns }: CallDetails): Parts {
  const [stored] = recordings.stored;
  const isOwn = recordings.segmentFiles.length > 0;
  return {
    turns: turns.map((turn) => ({
      index: turn.turn_index,
      who: turn.who,
      text: turn.heard,
      intended: turn.intended,
      fromMs: turn.from_ms,
      toMs: turn.to_ms,
      interrupted: turn.interrupted,
    })),
    tools: tools.map(({ after_turns: afterTurns, arguments: given, at, failed, name, result }) => ({
      name,
      afterTurns,
      arguments: given,
      result,
      failed,
      at: iso(at),
    })),
    streams: streams.map((stream) => ({
      streamSid: stream.stream_sid,
      attempt: stream.attempt,
      node: stream.node,
      startedAt: isoOrNull(stream.started_at),
      endedAt: isoOrNull(stream.ended_at),
      endReason: stream.end_reason,
    })),
    slots: lead?.slots ?? {},
    leadId: lead?.leadId ?? null,
    recording: isOwn
      ? { durationMs: recordings.ownMs, source: 'own' }
      : stored
        ? { durationMs: stored.durationMs ?? 0, source: 'carrier' }
        : null,
    redactedAt: isoOrNull(redactedAt),
  };
}
