import { pageOf } from '../../store/keyset.ts';
import { findCalls } from '../../store/queries/find-calls.ts';
import { digitsOf } from '../../store/search/terms.ts';
import type { Handlers } from '../handler.ts';
import { instantOf, placeOf, refuseFields } from '../values.ts';
import { callItem } from './call-item.ts';
import type { CallDeps } from './deps.ts';

type ListCalls = Handlers<'list-calls'>['list-calls'];

export function createListCalls({ db }: CallDeps): ListCalls {
  return async ({ caller, query }) => {
    const { agent, endReason, from, limit, number, outcome, text, to } = query;
    const calls = await findCalls(db, caller.tenant, {
      text: text || undefined,
      digits: number === undefined ? undefined : numberDigits(number),
      agent,
      outcome,
      endReason,
      from: from === undefined ? undefined : instantOf('from', from),
      to: to === undefined ? undefined : instantOf('to', to),
      before: placeOf(query.before),
      limit,
    });
    const { items, next } = pageOf(calls, limit, callItem);
    return { items: [...items], next };
  };
}

function numberDigits(number: string): string {
  const digits = digitsOf(number);
  if (digits === '') throw refuseFields({ number: 'must have at least 4 digits' });
  return digits;
}
