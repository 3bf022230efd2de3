/**
 * What is known of a call, from its facts in whatever order they come: every rule picks a winner (the highest fence, the
 * newest index, the earliest time), so that the end is the same for all orders.
 */
import type { Selectable } from 'kysely';
import type { Fact } from '../../core/fact.ts';
import type { CallsTable } from '../schema.ts';
import { timeOf, whole } from './clean.ts';
import { isE164 } from './phone.ts';

export type CallRow = Selectable<CallsTable>;

/**
 * A node that has lost the call does not know whether it has ended; what it saw and did before is as true as ever.
 * So only its `call-ended` is refused.
 */
export function isStale(fact: Fact, fence: number): boolean {
  return fact.type === 'call-ended' && fact.fence < fence;
}

/** Twilio's news of its recordings may reach any node; all else is told by the call's owner. */
export function isOwners(fact: Fact): boolean {
  return fact.type !== 'carrier-recording';
}

export function foldFact(call: CallRow, fact: Fact): CallRow {
  const owned = isOwners(fact) ? foldOwner(call, fact) : call;
  return foldEnd(foldBody(foldBeginning(owned, fact), fact));
}

function foldOwner(call: CallRow, fact: Fact): CallRow {
  const fence = whole(fact.fence);
  if (fence < call.fence || (fence === call.fence && call.node !== null)) return call;
  return { ...call, fence, node: fact.node };
}

/** An end may be refused or not, as the order has it; so it says nothing of the beginning. */
function foldBeginning(call: CallRow, fact: Fact): CallRow {
  return fact.type === 'call-ended' ? call : { ...call, opened_at: earlier(call.opened_at, timeOf(fact.at)) };
}

function foldBody(call: CallRow, fact: Fact): CallRow {
  switch (fact.type) {
    case 'call-opened':
      return {
        ...call,
        account_sid: fact.accountSid,
        from_number: fact.from,
        to_number: fact.to,
        contact_number: isE164(fact.from) ? fact.from : null,
        agent: fact.agent,
        language: fact.language,
      };
    case 'stream-started': {
      const at = timeOf(fact.at);
      return { ...call, streaming_at: call.streaming_at === null ? at : earlier(call.streaming_at, at) };
    }
    case 'call-ended':
      if (call.ended_fence !== null && call.end_reason !== NO_FINAL_WORD && fact.fence < call.ended_fence) return call;
      return { ...call, ended_at: timeOf(fact.at), end_reason: fact.reason, ended_fence: whole(fact.fence) };
    case 'consent':
      if (!isNewer(fact, call.consent_fence, call.consent_index)) return call;
      return {
        ...call,
        consent_recording: fact.given,
        consent_fence: whole(fact.fence),
        consent_index: whole(fact.index),
        consent_line: fact.line?.text ?? null,
        consent_line_hash: fact.line?.sha256 ?? null,
      };
    case 'outcome':
      if (!outweighs(fact, call)) return call;
      return {
        ...call,
        outcome_status: fact.outcome.status,
        outcome_fence: whole(fact.fence),
        outcome_index: whole(fact.index),
      };
    default:
      return call;
  }
}

/** How a call ends of which nothing more was heard. */
export const NO_FINAL_WORD = 'no-final-word';

/**
 * The end holds unless another node has taken the call over: then the one who told of the end had lost it, and the call
 * goes on. With one owner, nothing opens a call again.
 */
function foldEnd(call: CallRow): CallRow {
  if (call.ended_fence !== null && call.ended_fence >= call.fence) return { ...call, state: 'ended' };
  const state = call.streaming_at === null ? 'opened' : 'streaming';
  return { ...call, state, ended_at: null, end_reason: null, ended_fence: null };
}

/** What the caller completed is not given up for what they abandoned later; otherwise the newest holds. */
function outweighs(fact: Fact & { readonly type: 'outcome' }, call: CallRow): boolean {
  if (call.outcome_status !== null && call.outcome_status !== fact.outcome.status) {
    return fact.outcome.status === 'completed';
  }
  return isNewer(fact, call.outcome_fence, call.outcome_index);
}

function isNewer(fact: Fact & { readonly index: number }, fence: number | null, index: number | null): boolean {
  if (fence === null || index === null) return true;
  return fact.fence > fence || (fact.fence === fence && fact.index > index);
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
