/** What the user's CRM is told. Fields are only ever added to; `docs/jobs.md` shows each. */
import { createHash } from 'node:crypto';

export const CRM_EVENTS = [
  'call.ended',
  'lead.created',
  'lead.updated',
  'appointment.created',
  'recording.ready',
  'call.erased',
] as const;

export type CrmEventType = (typeof CRM_EVENTS)[number];

/** Which event, without what it says: that is read when it is sent, so that nothing erased is ever told. */
export interface CrmEventRef {
  readonly tenant: string;
  readonly callSid: string;
  readonly type: CrmEventType;
  /** The lead, the appointment, the recording or the erasure; the call's own SID for `call.ended`. */
  readonly subject: string;
  /** Counts the updates of one subject, so that each is told. 1 for what happens once. */
  readonly revision: number;
}

export interface CrmEvent {
  /** When it happened, ISO 8601 in UTC. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Names the event for ever and for everybody, and tells nothing. */
export function crmEventId(ref: CrmEventRef): string {
  const name = [ref.tenant, ref.callSid, ref.type, ref.subject, String(ref.revision)].join('\n');
  return `evt_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

export function crmBody(ref: CrmEventRef, event: CrmEvent): string {
  const { tenant, callSid, type } = ref;
  return JSON.stringify({ type, timestamp: event.at, data: { tenant, call_sid: callSid, ...event.data } });
}
