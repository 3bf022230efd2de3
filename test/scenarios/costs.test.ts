/** What a call has used, by the operator's price list: in its journal, in its facts, in the metrics; or nowhere. */
import { expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import type { Prices } from '../../src/core/cost.ts';
import { hashOfCall } from '../../src/observe/exemplar.ts';
import { hangUp, type OfficeOptions, say, waitForAgent, wholeCall } from './whole-call.ts';

const PRICES: Prices = {
  currency: 'EUR',
  carrier: { perMinute: 0.01 },
  stt: { fake: { perMinute: 0.06 } },
  tts: { fake: { perMillionCharacters: 1_000 } },
};

const call = (options: OfficeOptions = {}) =>
  wholeCall([waitForAgent, say(1_200), waitForAgent, hangUp], { ...options });

test('a call’s cost is a line of its journal and a fact, and its parts are in the metrics', async () => {
  const { journal, office } = await call({ prices: PRICES });
  const note = journal.entries.map(({ event }) => event).find((event) => event.type === 'cost');
  const fact = office.facts.find(({ type }) => type === 'cost');
  expect(note).toMatchObject({ currency: 'EUR', total: expect.any(Number) });
  expect(fact).toMatchObject({ key: expect.stringMatching(/^cost\/MZ/), currency: 'EUR' });
  if (note?.type !== 'cost' || fact?.type !== 'cost') throw new Error('unreachable');
  expect(fact.items).toEqual(note.items);
  const [minutes] = note.items.filter(({ operation }) => operation === 'carrier');
  expect(minutes).toEqual({ operation: 'carrier', provider: 'twilio', unit: 'minutes', amount: 1, cost: 0.01 });
  const seconds = note.items.find(({ unit }) => unit === 'seconds')!;
  const lastedMs = journal.entries.find(({ event }) => event.type === 'stream-end')!.event.at;
  expect(Math.abs(seconds.amount - lastedMs / 1_000), 'all of the call was heard').toBeLessThan(0.2);
  expect(seconds.cost).toBeCloseTo(seconds.amount * 0.001, 5);
  expect(note.items.find(({ unit }) => unit === 'characters')?.amount).toBeGreaterThan(20);
  const text = await office.metrics.text();
  expect(text).toMatch(/kav_cost_total\{provider="twilio",operation="carrier",currency="EUR"\} 0\.01\n/);
  expect(text).toMatch(/kav_provider_units_total\{provider="fake",operation="stt",unit="seconds"\} [\d.]+\n/);
  expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
});

test('without a price list nothing costs anything, and what was used is counted', async () => {
  const { journal, office } = await call();
  expect(journal.entries.some(({ event }) => event.type === 'cost')).toBe(false);
  expect(office.facts.some(({ type }) => type === 'cost')).toBe(false);
  const text = await office.metrics.text();
  expect(text).not.toMatch(/^kav_cost_total\{/m);
  expect(text).toMatch(/kav_provider_units_total\{provider="fake",operation="tts",unit="characters"\} \d+/);
});

test('the figures of a call lead back to it, and to its spans', async () => {
  const traceId = 'c'.repeat(32);
  const span = { traceId, child: () => span, end: () => {} };
  const { line, office } = await call({ traces: { start: () => span, close: async () => {} } });
  const { text } = await office.metrics.page('application/openmetrics-text');
  const hash = hashOfCall(line.callSid);
  for (const name of ['kav_mouth_to_ear_seconds', 'kav_turn_part_seconds']) {
    expect(text).toMatch(new RegExp(`${name}_bucket\\{.*\\} \\d+ # \\{call="${hash}",trace_id="${traceId}"\\}`));
  }
  expect(text).toMatch(new RegExp(`kav_provider_first_seconds_bucket\\{.*\\} \\d+ # \\{call="${hash}"\\}`));
  expect(text).not.toContain(line.callSid);
});
