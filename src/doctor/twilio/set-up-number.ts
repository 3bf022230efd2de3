import type { TwilioAccess } from '../probe/deployment.ts';
import { type NumberPlan, planNumber } from './number-plan.ts';
import { type PhoneNumber, TwilioRest } from './rest.ts';

export interface SetUp {
  /** With the number that is to be set. */
  readonly access: TwilioAccess;
  readonly webhookUrl: string;
  /** Sees the plan before anything is changed; false leaves all as it is. Not asked when nothing is to change. */
  readonly confirm: (plan: NumberPlan, number: PhoneNumber) => Promise<boolean>;
}

/** Leads a number's calls to this server. Never rejects. */
export async function setUpNumber({ access, confirm, webhookUrl }: SetUp): Promise<{
  readonly done: boolean;
  readonly problem: string;
}> {
  const rest = new TwilioRest(access);
  const found = await rest.numbers(access.number);
  if (!found.ok) return { done: false, problem: `Twilio answered ${found.status}: ${found.message}` };
  const [number] = found.value;
  if (!number) return { done: false, problem: 'the account does not have that number' };
  const plan = planNumber(number, webhookUrl);
  if (plan.changes.length === 0) return { done: true, problem: '' };
  if (!(await confirm(plan, number))) return { done: false, problem: 'nothing was changed' };
  const set = await rest.setNumber(number.sid, plan.settings);
  return set.ok
    ? { done: true, problem: '' }
    : { done: false, problem: `Twilio answered ${set.status}: ${set.message}` };
}
