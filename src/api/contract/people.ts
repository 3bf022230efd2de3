/** Whom the office talks with: contacts, leads in stages, appointments, who is to be called back. */
import { z } from 'zod';
import { CallItem } from './calls.ts';
import { Instant, PageQuery, PhoneNumber, page } from './common.ts';
import type { ApiRoute } from './route.ts';

const Id = z.string().min(1).max(64);
const Note = z.string().max(5_000);
const Name = z.string().trim().max(200);

export const Contact = z.object({
  number: z.string(),
  /** As somebody of the office wrote it. */
  name: z.string().nullable(),
  /** As the caller last gave it. */
  heardName: z.string().nullable(),
  note: z.string().nullable(),
  calls: z.number(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
});
export type Contact = z.output<typeof Contact>;

/** `kind` says what a stage means to Kav, whatever the tenant calls it. */
export const Stage = z.object({
  stage: z.string().regex(/^[a-z0-9-]{1,40}$/),
  label: z.string().trim().min(1).max(60),
  kind: z.enum(['open', 'won', 'lost']),
});
export type Stage = z.output<typeof Stage>;

export const Lead = z.object({
  leadId: z.string(),
  callSid: z.string().nullable(),
  contactNumber: z.string().nullable(),
  flow: z.string(),
  status: z.enum(['completed', 'abandoned']),
  stage: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  note: z.string().nullable(),
  slots: z.record(z.string(), z.string()),
  callBackAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Lead = z.output<typeof Lead>;

export const Appointment = z.object({
  appointmentId: z.string(),
  leadId: z.string().nullable(),
  callSid: z.string().nullable(),
  status: z.enum(['booked', 'withdrawn', 'cancelled', 'done']),
  /** As it was agreed: `monday`, `in-2-weeks`, `2026-12-01`. */
  day: z.string(),
  time: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  createdAt: Instant,
});
export type Appointment = z.output<typeof Appointment>;

/** Lines that could not be taken in, counted from 1 with the header as line 1. */
const Imported = z.object({
  added: z.number(),
  changed: z.number(),
  refused: z.array(z.object({ line: z.number(), reason: z.string() })),
});

export const peopleRoutes = {
  'list-contacts': {
    method: 'GET',
    path: '/contacts',
    role: 'viewer',
    keys: true,
    summary: 'Contacts, who called last first',
    query: z.object({ ...PageQuery, text: z.string().trim().max(200).optional() }),
    answer: page(Contact),
  },
  'read-contact': {
    method: 'GET',
    path: '/contacts/{number}',
    role: 'viewer',
    keys: true,
    summary: 'A contact with its history',
    params: z.object({ number: PhoneNumber }),
    answer: z.object({
      contact: Contact,
      calls: z.array(CallItem),
      leads: z.array(Lead),
      appointments: z.array(Appointment),
    }),
  },
  'change-contact': {
    method: 'PATCH',
    path: '/contacts/{number}',
    role: 'operator',
    keys: true,
    summary: 'Name and note of the office',
    params: z.object({ number: PhoneNumber }),
    body: z.object({ name: Name.nullable().optional(), note: Note.nullable().optional() }),
    answer: z.object({ contact: Contact }),
  },
  'export-contacts': {
    method: 'GET',
    path: '/contacts.csv',
    role: 'operator',
    keys: true,
    summary: 'All contacts',
    answer: { file: 'text/csv' },
  },
  'import-contacts': {
    method: 'POST',
    path: '/contacts.csv',
    role: 'operator',
    keys: true,
    summary: 'Adds and changes contacts by number; columns `number`, `name`, `note`',
    body: 'csv',
    answer: Imported,
  },
  'list-stages': {
    method: 'GET',
    path: '/stages',
    role: 'viewer',
    keys: true,
    summary: 'The stages of leads, in order',
    answer: z.object({ stages: z.array(Stage) }),
  },
  'set-stages': {
    method: 'PUT',
    path: '/stages',
    role: 'owner',
    summary: 'Other stages; one that still holds leads cannot go',
    body: z.object({ stages: z.array(Stage).min(2).max(12) }),
    answer: z.object({ stages: z.array(Stage) }),
  },
  'list-leads': {
    method: 'GET',
    path: '/leads',
    role: 'viewer',
    keys: true,
    summary: 'Leads, the newest first',
    query: z.object({
      ...PageQuery,
      stage: z.string().max(40).optional(),
      text: z.string().trim().max(200).optional(),
    }),
    answer: page(Lead),
  },
  'change-lead': {
    method: 'PATCH',
    path: '/leads/{leadId}',
    role: 'operator',
    keys: true,
    summary: 'Another stage, note, name, number or time to call back',
    params: z.object({ leadId: Id }),
    body: z.object({
      stage: z.string().max(40).optional(),
      note: Note.nullable().optional(),
      name: Name.nullable().optional(),
      phone: PhoneNumber.nullable().optional(),
      callBackAt: Instant.nullable().optional(),
    }),
    answer: z.object({ lead: Lead }),
  },
  'export-leads': {
    method: 'GET',
    path: '/leads.csv',
    role: 'operator',
    keys: true,
    summary: 'All leads',
    answer: { file: 'text/csv' },
  },
  'import-leads': {
    method: 'POST',
    path: '/leads.csv',
    role: 'operator',
    keys: true,
    summary: 'Adds leads; columns `name`, `phone`, `stage`, `note`',
    body: 'csv',
    answer: Imported,
  },
  'list-appointments': {
    method: 'GET',
    path: '/appointments',
    role: 'viewer',
    keys: true,
    summary: 'Appointments, the newest first',
    query: z.object({ ...PageQuery, status: z.enum(['booked', 'withdrawn', 'cancelled', 'done']).optional() }),
    answer: page(Appointment),
  },
  'change-appointment': {
    method: 'PATCH',
    path: '/appointments/{appointmentId}',
    role: 'operator',
    keys: true,
    summary: 'Done, cancelled, or booked again',
    params: z.object({ appointmentId: Id }),
    body: z.object({ status: z.enum(['booked', 'cancelled', 'done']) }),
    answer: z.object({ appointment: Appointment }),
  },
  'list-callbacks': {
    method: 'GET',
    path: '/callbacks',
    role: 'viewer',
    keys: true,
    summary: 'Open leads whose time to be called back has come or is set, the earliest first',
    query: z.object(PageQuery),
    answer: page(Lead),
  },
} as const satisfies Record<string, ApiRoute>;
