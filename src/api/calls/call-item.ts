import type { FoundCall } from '../../store/queries/find-calls.ts';
import type { CallItem } from '../contract/calls.ts';
import { iso, isoOrNull } from '../values.ts';

export function callItem(call: FoundCall): CallItem {
  const { callSid, contactName, endedAt, excerpt, openedAt, streamingAt } = call;
  return {
    callSid,
    state: call.state,
    agent: call.agent,
    language: call.language,
    from: call.from,
    to: call.to,
    contactName,
    openedAt: iso(openedAt),
    endedAt: isoOrNull(endedAt),
    durationMs: endedAt && Math.max(0, endedAt.getTime() - (streamingAt ?? openedAt).getTime()),
    endReason: call.endReason,
    outcome: call.outcome,
    summary: call.summary,
    turns: call.turns,
    hasRecording: call.hasRecording,
    excerpt: excerpt ?? null,
  };
}
