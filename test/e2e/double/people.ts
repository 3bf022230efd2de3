import type { CallItem } from '../../../src/api/contract/calls.ts';
import type { Appointment, Contact, Lead, Stage } from '../../../src/api/contract/people.ts';
import { ago, ahead, callSidOf } from './values.ts';

export const stages: Stage[] = [
  { stage: 'new', label: 'חדש', kind: 'open' },
  { stage: 'contacted', label: 'יצרנו קשר', kind: 'open' },
  { stage: 'viewing', label: 'סיור נקבע', kind: 'open' },
  { stage: 'won', label: 'עסקה', kind: 'won' },
  { stage: 'lost', label: 'לא רלוונטי', kind: 'lost' },
];

export const contacts: Contact[] = [
  contact('+972501234567', 'דנה כהן', 'מחפשת שלושה חדרים בגבעתיים', 4, 12),
  contact('+972542223344', 'יוסי לוי', null, 1, 95),
  contact('+12025550148', 'Maria Alvarez', 'Prefers mornings', 2, 200),
  contact('+972528887766', null, null, 1, 1_500),
];

function contact(number: string, name: string | null, note: string | null, calls: number, minutes: number): Contact {
  return {
    number,
    name,
    heardName: name === null ? 'רון' : null,
    note,
    calls,
    firstSeenAt: ago(minutes + 60 * 24 * 9),
    lastSeenAt: ago(minutes),
  };
}

export const leads: Lead[] = [
  lead('1', 'דנה כהן', 'new', { area: 'גבעתיים', rooms: '3', budget: '2,400,000 ₪' }, null, 12),
  lead('2', 'יוסי לוי', 'new', { area: 'רמת גן', rooms: '4' }, -30, 95),
  lead('3', 'אבי מזרחי', 'contacted', { area: 'תל אביב', rooms: '2' }, 180, 300),
  lead('4', 'Maria Alvarez', 'viewing', { reason: 'check-up', day: 'monday' }, null, 1_400),
  lead('5', 'נועה פרץ', 'won', { area: 'חולון', rooms: '5' }, null, 4_000),
];

function lead(
  leadId: string,
  name: string,
  stage: string,
  slots: Lead['slots'],
  callBackMinutes: number | null,
  minutes: number,
): Lead {
  return {
    leadId,
    callSid: callSidOf(Number(leadId)),
    contactNumber: contacts[Number(leadId) % contacts.length]!.number,
    flow: 'lead',
    status: leadId === '2' ? 'abandoned' : 'completed',
    stage,
    name,
    phone: contacts[Number(leadId) % contacts.length]!.number,
    note: null,
    slots,
    callBackAt: callBackMinutes === null ? null : ahead(callBackMinutes),
    createdAt: ago(minutes),
    updatedAt: ago(minutes - 5),
  };
}

export const appointments: Appointment[] = [
  appointment('1', 'Maria Alvarez', 'monday', '10:30', 'booked'),
  appointment('2', 'דנה כהן', '2026-12-01', '16:00', 'booked'),
  appointment('3', 'John Reed', 'thursday', '09:00', 'done'),
  appointment('4', 'יוסי לוי', 'tomorrow', '12:00', 'withdrawn'),
];

function appointment(id: string, name: string, day: string, time: string, status: Appointment['status']): Appointment {
  return {
    appointmentId: id,
    leadId: id,
    callSid: callSidOf(Number(id)),
    status,
    day,
    time,
    name,
    phone: contacts[Number(id) % contacts.length]!.number,
    createdAt: ago(Number(id) * 700),
  };
}

const SUMMARIES = [
  'דנה מחפשת דירת שלושה חדרים בגבעתיים עד 2.4 מיליון, וקבעה סיור ביום שלישי.',
  'Maria booked a check-up for Monday at half past ten.',
  'המתקשר שאל על שעות הפתיחה וניתק.',
  null,
];

export const calls: CallItem[] = Array.from({ length: 24 }, (_, i) => {
  const who = contacts[i % contacts.length]!;
  const isHebrew = who.number.startsWith('+972');
  return {
    callSid: callSidOf(i + 1),
    state: 'ended',
    agent: isHebrew ? 'Leah' : 'Front desk',
    language: isHebrew ? 'he-IL' : 'en-US',
    from: who.number,
    to: '+97237000000',
    contactName: who.name ?? who.heardName,
    openedAt: ago(12 + i * 83),
    endedAt: ago(11 + i * 83),
    durationMs: 38_000 + ((i * 7_919) % 140_000),
    endReason: i % 3 === 0 ? 'agent-finished' : 'caller-hung-up',
    outcome: ([`completed`, 'completed', 'abandoned', null] as const)[i % 4]!,
    summary: SUMMARIES[i % SUMMARIES.length]!,
    turns: 6 + (i % 7),
    hasRecording: i % 4 !== 3,
    excerpt: null,
  };
});
