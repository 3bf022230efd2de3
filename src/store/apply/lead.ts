/** From what a flow or a tool gathered to what the office follows up. */
import type { Fact } from '../../core/fact.ts';
import { isE164, toE164 } from './phone.ts';

type Slots = Readonly<Record<string, string>>;
export type OutcomeFact = Fact & { readonly type: 'outcome' };

export interface Lead {
  readonly flow: string;
  readonly status: 'completed' | 'abandoned';
  readonly slots: Slots;
  readonly name: string | null;
  readonly phone: string | null;
  /** Both a day and a time were agreed. */
  readonly appointment?: { readonly day: string; readonly time: string };
}

export interface CallNumbers {
  readonly from: string | null;
  readonly to: string | null;
}

/** Undefined when nothing was gathered: there is nothing to follow up. */
export function leadOf({ outcome }: OutcomeFact, numbers: CallNumbers): Lead | undefined {
  const slots = Object.fromEntries(Object.entries(outcome.slots).filter(([, value]) => value.trim() !== ''));
  if (Object.keys(slots).length === 0) return undefined;
  const { day, time } = slots;
  const isAgreed = outcome.status === 'completed' && day !== undefined && time !== undefined;
  return {
    flow: outcome.flow,
    status: outcome.status,
    slots,
    name: slots['name'] ?? null,
    phone: phoneOf(slots, numbers),
    ...(isAgreed ? { appointment: { day, time } } : {}),
  };
}

/** What was said, made E.164 by the office's own number where that can be; without any, the caller's number. */
function phoneOf({ phone }: Slots, { from, to }: CallNumbers): string | null {
  if (phone === undefined) return from !== null && isE164(from) ? from : null;
  return toE164(phone, to ?? '') ?? phone;
}
