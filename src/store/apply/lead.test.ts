import { describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../core/call-event.ts';
import { leadOf, type OutcomeFact } from './lead.ts';
import { toE164 } from './phone.ts';

const NUMBERS = { from: '+972541234567', to: '+97231234567' };

function outcome(slots: CallOutcome['slots'], status: CallOutcome['status'] = 'completed'): OutcomeFact {
  const told = { tenant: 't', callSid: 'CA1', node: 'n', fence: 1, at: '2026-01-01T00:00:00Z', key: 'outcome/0' };
  return { ...told, type: 'outcome', index: 0, outcome: { status, flow: 'f', slots } };
}

describe('a lead', () => {
  test('of an agent that takes details', () => {
    const slots = { area: 'חיפה', rooms: '3.5', budget: '', name: 'דנה', phone: '0547654321' };
    expect(leadOf(outcome(slots), NUMBERS)).toEqual({
      flow: 'f',
      status: 'completed',
      slots: { area: 'חיפה', rooms: '3.5', name: 'דנה', phone: '0547654321' },
      name: 'דנה',
      phone: '+972547654321',
    });
  });

  test('of one that books: a day and a time make an appointment, called back on the caller’s number', () => {
    const slots = { reason: 'cleaning', day: 'monday', time: '10:00', name: '', sameNumber: 'yes' };
    const numbers = { from: '+12025550100', to: '+12025550199' };
    expect(leadOf(outcome(slots), numbers)).toMatchObject({
      appointment: { day: 'monday', time: '10:00' },
      name: null,
      phone: '+12025550100',
    });
  });

  test('what was not completed is a lead to follow up, and no appointment', () => {
    const lead = leadOf(outcome({ day: 'monday', time: '10:00' }, 'abandoned'), NUMBERS);
    expect(lead).toMatchObject({ status: 'abandoned' });
    expect(lead).not.toHaveProperty('appointment');
  });

  test('nothing gathered is nothing to follow up', () => {
    expect(leadOf(outcome({}), NUMBERS)).toBeUndefined();
    expect(leadOf(outcome({ name: '', phone: '  ' }), NUMBERS)).toBeUndefined();
  });

  test('a caller who hides, before the call’s own numbers are known', () => {
    expect(leadOf(outcome({ name: 'a' }), { from: 'anonymous', to: '' })).toMatchObject({ phone: null });
    expect(leadOf(outcome({ phone: '054 765' }), { from: null, to: null })).toMatchObject({ phone: '054 765' });
  });
});

test.each([
  ['054-765 4321', '+97231234567', '+972547654321'],
  ['03-1234567', '+97231234567', '+97231234567'],
  ['(202) 555-0100', '+12025550199', '+12025550100'],
  ['1 202 555 0100', '+12025550199', '+12025550100'],
  ['+49 30 123456', '+12025550199', '+4930123456'],
  ['0049 30 123456', '+12025550199', '+4930123456'],
  ['020 7946 0000', '+442079460001', '+442079460000'],
  ['5550100', '+12025550199', undefined],
  ['547654321', '+97231234567', undefined],
  ['0612345678', '+390612345679', undefined], // Italy keeps its zero
  ['054-765 4321', 'sip:desk@example.com', undefined],
  ['', '+97231234567', undefined],
  ['abc', '+97231234567', undefined],
])('%j beside %j is %j', (said, beside, expected) => {
  expect(toE164(said, beside)).toBe(expected);
});
