/** The job behind an event for the user's CRM: reads what it says at the last moment, and sends it. */
import {
  type EventContent,
  readAppointment,
  readEndedCall,
  readErasureOfCall,
  readLead,
  readStoredRecording,
} from '../../store/after-calls/crm.ts';
import type { Db } from '../../store/schema.ts';
import type { WorkResult } from '../work-result.ts';
import type { CrmEventRef } from './event.ts';
import { type CrmSender, sendCrmEvent } from './send-event.ts';

export interface TellOptions {
  readonly db: Db;
  /** Undefined when the operator has no CRM: jobs that were asked for earlier are done with. */
  readonly sender: CrmSender | undefined;
}

export async function tellCrm({ db, sender }: TellOptions, ref: CrmEventRef, signal: AbortSignal): Promise<WorkResult> {
  if (sender === undefined) return { status: 'done', note: 'no CRM' };
  const content = await readContent(db, ref);
  if (content === undefined) return { status: 'done', note: 'nothing left to tell' };
  return await sendCrmEvent(sender, ref, { at: content.at.toISOString(), data: content.data }, signal);
}

function readContent(db: Db, { type, tenant, callSid, subject }: CrmEventRef): Promise<EventContent | undefined> {
  switch (type) {
    case 'call.ended':
      return readEndedCall(db, tenant, callSid);
    case 'lead.created':
    case 'lead.updated':
      return readLead(db, tenant, subject);
    case 'appointment.created':
      return readAppointment(db, tenant, subject);
    case 'recording.ready':
      return readStoredRecording(db, tenant, callSid, subject);
    case 'call.erased':
      return readErasureOfCall(db, tenant, subject);
  }
}
