/** Which jobs follow from what is due: pure, so that asking twice asks for the same. */

import type { Fact } from '../core/fact.ts';
import type { Due } from '../store/after-calls/due.ts';
import type { Erasure } from '../store/after-calls/erasures.ts';
import type { CrmEventType } from './crm/event.ts';
import type { JobRequest } from './queues.ts';

/**
 * Whether something is likely to be due that was not before the fact. Of a call that begins, or is spoken on, nothing is, and
 * those are most facts by far. What came in an unusual order, each minute's look finds.
 */
export function mayBringDue({ type }: Fact): boolean {
  switch (type) {
    case 'outcome':
    case 'call-ended':
    case 'carrier-recording':
      return true;
    case 'call-opened':
    case 'stream-started':
    case 'turn':
    case 'heard':
    case 'tool-effect':
    case 'operator-act':
    case 'consent':
    case 'recording-segment':
    case 'cost':
    case 'stream-ended':
      return false;
  }
}

export interface Following {
  /** Whether there is a CRM to be told. */
  readonly hasCrm: boolean;
}

export function requestsOf(due: Due, { hasCrm }: Following): readonly JobRequest[] {
  const { tenant, callSid } = due;
  const crm = (type: CrmEventType, subject: string, revision = 1): readonly JobRequest[] =>
    hasCrm ? [{ queue: 'crm', payload: { tenant, callSid, type, subject, revision } }] : [];
  switch (due.type) {
    case 'call-ended':
      return [{ queue: 'summary', payload: { tenant, callSid } }, ...crm('call.ended', callSid)];
    case 'recording':
      return [{ queue: 'recording', payload: { tenant, callSid, recordingSid: due.recordingId } }];
    case 'stored-recording':
      return crm('recording.ready', due.recordingId);
    case 'lead':
      return crm(due.revision === 1 ? 'lead.created' : 'lead.updated', due.leadId, due.revision);
    case 'appointment':
      return crm('appointment.created', due.appointmentId);
    case 'erased':
      return crm('call.erased', due.erasureId, due.pass);
  }
}

/** The next time that an erasure is gone through. */
export function erasureRequest({
  tenant,
  erasureId,
  passes,
}: Pick<Erasure, 'tenant' | 'erasureId' | 'passes'>): JobRequest {
  return { queue: 'erasure', payload: { tenant, erasureId, pass: passes + 1 } };
}
