/**
 * How long a search takes over 100,000 turns: `node bench/search.ts`, or with `DATABASE_URL` of an empty database. Prints
 * one line for each kind of search; the worst of several runs counts.
 */
import { createRealClock } from '../src/call/real-clock.ts';
import { findCalls } from '../src/store/queries/find-calls.ts';
import { openStore } from '../src/store/store.ts';

const CALLS = 10_000;
const TURNS = 10;
const RUNS = 5;
const { DATABASE_URL: databaseUrl } = process.env;

const store = openStore({ clock: createRealClock(), ...(databaseUrl === undefined ? {} : { databaseUrl }) });
await store.ready;
/** A common word in each call, a rarer one in each hundredth, and one in a single call. */
const fill = (from: number, to: number): string => `
  insert into contacts (tenant, number, name, first_seen_at, last_seen_at, call_count)
  select 'bench', '+97254' || lpad(c::text, 7, '0'), 'לקוח ' || c, now(), now(), 1 from generate_series(${from}, ${to}) c;
  insert into calls (tenant, call_sid, state, from_number, to_number, contact_number, agent, opened_at)
  select 'bench', 'CA' || lpad(c::text, 32, '0'), 'ended', '+97254' || lpad(c::text, 7, '0'), '+97231234567',
    '+97254' || lpad(c::text, 7, '0'), 'Leah', now() - make_interval(mins => c) from generate_series(${from}, ${to}) c;
  insert into events (tenant, call_sid, key, type, fact, node, fence, at)
  select 'bench', 'CA' || lpad(c::text, 32, '0'), 'turn-' || t, 'turn', '{}', 'n', 1, now()
  from generate_series(${from}, ${to}) c, generate_series(1, ${TURNS}) t;
  insert into turns (tenant, call_sid, key, turn_index, who, heard, from_ms, to_ms, interrupted, fence, at)
  select 'bench', 'CA' || lpad(c::text, 32, '0'), 'turn-' || t, t, case when t % 2 = 0 then 'agent' else 'caller' end,
    case when t = 1 then 'שלום, אני מתקשר בקשר לדירה ברחוב מספר ' || c
      when t = 2 and c % 100 = 0 then 'המשכנתא צריכה להיות מאושרת קודם'
      when t = 3 and c = 4321 then 'the word is pelican'
      else 'אפשר לקבוע פגישה ביום ' || t || ' בשעה ' || (c % 24) || ' ונדבר על הכל מילה' || ((c * t) % 5000) end,
    t * 1000, t * 1000 + 900, false, 1, now()
  from generate_series(${from}, ${to}) c, generate_series(1, ${TURNS}) t;`;
await store.executeSql("insert into tenants (tenant) values ('bench') on conflict do nothing");
const filling = performance.now();
for (let from = 1; from <= CALLS; from += 250) {
  await store.executeSql(fill(from, from + 249), [], 60_000);
  // As a server that has been up for a while has it; the embedded database does not do so by itself.
  if (from === 1) await store.executeSql('analyze', [], 60_000);
}
console.log(`${store.kind}: ${CALLS * TURNS} turns in ${((performance.now() - filling) / 1_000).toFixed(1)} s`);

const SEARCHES = {
  'no text': {},
  'a word of every call': { text: 'דירה' },
  'a word of each hundredth': { text: 'משכנתא' },
  'a word of one call': { text: 'pelican' },
  'two words': { text: 'דירה משכנתא' },
  'a part of a word': { text: 'מיל' },
  'a number': { text: '054-000 4321' },
  'a name': { text: 'לקוח 777' },
  nothing: { text: 'אינשםכזה' },
} as const;
for (const [name, search] of Object.entries(SEARCHES)) {
  let worst = 0;
  let found = 0;
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    found = (await findCalls(store.db, 'bench', { ...search, limit: 50 })).length;
    worst = Math.max(worst, performance.now() - began);
  }
  console.log(`  ${name.padEnd(26)} ${worst.toFixed(0).padStart(6)} ms  ${found} calls`);
}
await store.close();
