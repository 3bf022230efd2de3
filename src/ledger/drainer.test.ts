import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/fact.ts';
import { type ApplyFacts, type Drainer, openDrainer } from './drainer.ts';
import { createRig, FOLDER, nameOf, type Rig, turn } from './facts.fixture.ts';

const REFUSED = `${FOLDER}/node-one/refused.jsonl`;

/** A store that keeps each fact once, as the real one does, and remembers how often it was asked. */
class FakeStore {
  readonly facts = new Map<string, Fact>();
  readonly batches: number[] = [];
  isAway = false;
  refuses: (fact: Fact) => boolean = () => false;

  readonly apply: ApplyFacts = async (facts) => {
    this.batches.push(facts.length);
    await undefined;
    if (this.isAway) throw new Error('connection refused');
    if (facts.some((fact) => this.refuses(fact))) throw new Error('value out of range');
    for (const fact of facts) if (!this.facts.has(nameOf(fact))) this.facts.set(nameOf(fact), fact);
  };

  get names(): readonly string[] {
    return [...this.facts.keys()];
  }
}

const callOf = (i: number): string => `CA${i % 7}`;
const codesOf = (rig: Rig): readonly string[] => rig.errors.map(({ code }) => code);

async function openBoth(rig = createRig(), store = new FakeStore(), gatherMs = 0) {
  const ledger = await rig.open();
  const drainer = openDrainer({
    backlog: ledger.backlog,
    apply: store.apply,
    clock: rig.clock,
    onError: (error) => void rig.errors.push(error),
    gatherMs,
  });
  const tell = async (from: number, to: number): Promise<void> => {
    const facts = Array.from({ length: to - from }, (_, i) => turn(from + i, callOf(from + i)));
    await Promise.all(facts.map((fact) => ledger.append(fact)));
  };
  const close = async (): Promise<void> => {
    await drainer.close();
    await ledger.close();
    expect(rig.clock.alarms).toBe(0);
  };
  return { rig, store, ledger, drainer, tell, close };
}

/** Time passes until nothing is left to apply. */
async function drain(rig: Rig, drainer: Drainer): Promise<void> {
  let isDrained = false;
  drainer.drained().then(() => {
    isDrained = true;
  });
  while (!isDrained) await rig.clock.advance(100);
}

const expected = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => nameOf(turn(from + i, callOf(from + i))));

describe('the drainer', () => {
  test('applies facts as they become durable, in order and in batches', async () => {
    const { rig, store, tell, drainer, close, ledger } = await openBoth();
    await tell(0, 1200);
    await drain(rig, drainer);
    await tell(1200, 1201);
    await drain(rig, drainer);
    expect(store.names).toEqual(expected(0, 1201));
    expect(store.batches.length).toBeLessThan(6);
    expect(ledger.stats().unapplied).toBe(0);
    expect(drainer.stats()).toEqual({ away: false, applied: 1201 });
    await close();
  });

  test('lets facts gather: the first goes at once, the next ones together when the time is over', async () => {
    const { rig, store, tell, close } = await openBoth(createRig(), new FakeStore(), 1000);
    const batchesAfter = async (ms: number): Promise<readonly number[]> => {
      await rig.clock.advance(ms);
      return [...store.batches];
    };
    await tell(0, 1);
    expect(await batchesAfter(10)).toEqual([1]);
    for (let i = 1; i < 20; i++) {
      await tell(i, i + 1);
      expect(await batchesAfter(40)).toEqual([1]);
    }
    expect(await batchesAfter(300)).toEqual([1, 19]);
    await tell(20, 25);
    expect(await batchesAfter(700)).toEqual([1, 19]);
    expect(await batchesAfter(300)).toEqual([1, 19, 5]);
    await tell(25, 26);
    await close();
    expect(store.names).toEqual(expected(0, 25));
  });

  test('does not let facts gather while somebody waits for them, or while a batch is full', async () => {
    const { rig, store, tell, drainer, close } = await openBoth(createRig(), new FakeStore(), 60_000);
    await tell(0, 1);
    await drain(rig, drainer);
    await tell(1, 2);
    await drain(rig, drainer);
    await tell(2, 3);
    await rig.clock.advance(100);
    expect(store.names).toEqual(expected(0, 2));
    await tell(3, 1300);
    await drain(rig, drainer);
    expect(store.batches).toEqual([1, 1, 500, 500, 298]);
    expect(rig.clock.now()).toBeLessThan(60_000);
    await close();
  });

  test('waits for a store that is away with one timer, tells once, and catches up when it is back', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    await tell(0, 10);
    await drain(rig, drainer);
    store.isAway = true;
    await tell(10, 3000);
    const asked = store.batches.length;
    await rig.clock.advance(10 * 60_000);
    expect(store.batches.length - asked).toBeLessThan(3 * 600 + 30);
    expect(rig.clock.alarms).toBeLessThanOrEqual(2);
    expect(drainer.stats().away).toBe(true);
    await tell(3000, 3010);
    store.isAway = false;
    await rig.clock.advance(1000);
    expect(store.names).toEqual(expected(0, 3010));
    expect(codesOf(rig)).toEqual(['ledger-store-away']);
    expect(drainer.stats().away).toBe(false);
    await close();
  });

  test('drains at the next start what is unfinished, and nothing twice if all was well', async () => {
    const { rig, store, tell, close } = await openBoth();
    store.isAway = true;
    await tell(0, 300);
    await close();
    store.isAway = false;
    const next = await openBoth(rig, store);
    await drain(rig, next.drainer);
    await next.close();
    store.batches.length = 0;
    const last = await openBoth(rig, store);
    await drain(rig, last.drainer);
    expect(store.names).toEqual(expected(0, 300));
    expect(store.batches).toEqual([]);
    await last.close();
  });

  test('applies again, after a power cut, no more than the last second', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { rig, tell, drainer } = await openBoth();
      await tell(0, 50);
      await drain(rig, drainer);
      await rig.clock.advance(1500);
      await tell(50, 60);
      await drain(rig, drainer);
      rig.die(seed);
      const next = await openBoth(rig);
      await drain(rig, next.drainer);
      expect(next.store.names).toEqual(expected(50, 60));
    }
  });

  test('gives up a wait when it is closed, and says that it has not drained', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    store.isAway = true;
    await tell(0, 5);
    const drained = drainer.drained();
    await rig.clock.advance(10_000);
    await close();
    expect(await drained).toBe(false);
    expect(await drainer.drained()).toBe(false);
    expect(store.names).toEqual([]);
  });
});

describe('a fact that the store refuses', () => {
  test('is found, set aside with its reason, told, and holds up nothing', async () => {
    const { rig, store, tell, drainer, close, ledger } = await openBoth();
    store.refuses = ({ key }) => key === 'turn/333';
    await tell(0, 1000);
    await drain(rig, drainer);
    expect(store.names).toHaveLength(999);
    expect(new Set(store.names)).toEqual(new Set(expected(0, 1000).filter((name) => !name.endsWith(' turn/333'))));
    const kept = JSON.parse((await rig.disk.read(REFUSED)).toString());
    expect(kept).toEqual({ sequence: 334, error: 'Error: value out of range', fact: turn(333, callOf(333)) });
    expect(rig.errors.map(String)).toEqual([`LedgerError: the store does not take turn/333 of ${callOf(333)}`]);
    expect(ledger.stats()).toMatchObject({ refusedFacts: 1, unapplied: 0 });
    expect(store.batches.length).toBeLessThan(40);
    await close();
  });

  test('may be the first that the store ever sees', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    store.refuses = ({ key }) => key === 'turn/0';
    await tell(0, 20);
    await drain(rig, drainer);
    expect(new Set(store.names)).toEqual(new Set(expected(1, 20)));
    expect(codesOf(rig)).toContain('ledger-fact-refused');
    await close();
  });

  test('and is alone is taken for a store that is away, until another passes', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    store.refuses = ({ key }) => key === 'turn/0';
    await tell(0, 1);
    await rig.clock.advance(60_000);
    expect(codesOf(rig)).toEqual(['ledger-store-away']);
    await tell(1, 2);
    await drain(rig, drainer);
    expect(store.names).toEqual(expected(1, 2));
    expect(codesOf(rig)).toEqual(['ledger-store-away', 'ledger-fact-refused']);
    await close();
  });

  test('is never judged by a fact of minutes ago, which may have been erased since', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    await tell(0, 1);
    await drain(rig, drainer);
    await rig.clock.advance(90_000);
    store.facts.clear();
    store.refuses = ({ key }) => key === 'turn/1';
    await tell(1, 3);
    await drain(rig, drainer);
    expect(store.names).toEqual(expected(2, 3));
    expect(codesOf(rig)).toEqual(['ledger-fact-refused']);
    await close();
  });

  test('is not set aside while the store is away', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    store.refuses = ({ key }) => key === 'turn/5';
    store.isAway = true;
    await tell(0, 10);
    await rig.clock.advance(60_000);
    expect(codesOf(rig)).toEqual(['ledger-store-away']);
    store.isAway = false;
    store.refuses = () => false;
    await drain(rig, drainer);
    expect(store.names).toEqual(expected(0, 10));
    await close();
  });

  test('keeps its place while it cannot be set aside', async () => {
    const { rig, store, tell, drainer, close } = await openBoth();
    await tell(0, 1);
    await drain(rig, drainer);
    store.refuses = ({ key }) => key === 'turn/1';
    await tell(1, 4);
    rig.disk.room = 0;
    await rig.clock.advance(5000);
    expect(codesOf(rig)).toContain('ledger-disk-failed');
    expect(codesOf(rig)).not.toContain('ledger-fact-refused');
    rig.disk.room = 100_000;
    await drain(rig, drainer);
    expect((await rig.disk.read(REFUSED)).toString().match(/"turn\/1"/g)).toHaveLength(1);
    expect(new Set(store.names)).toEqual(new Set([...expected(0, 1), ...expected(2, 4)]));
    await close();
  });

  test('is kept on a line of its own after a crash tore the one before', async () => {
    const { rig, store, tell, drainer } = await openBoth();
    store.refuses = ({ key }) => key === 'turn/1' || key === 'turn/3';
    await (await rig.disk.create(REFUSED)).write(Buffer.from('{"sequence":1,"err'), 0);
    await tell(0, 5);
    await drain(rig, drainer);
    const lines = (await rig.disk.read(REFUSED)).toString().split('\n').slice(1, -1);
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual([2, 4]);
  });
});

test('whatever the store refuses and whenever it is away, each call is applied in order, without its bad facts', async () => {
  const world = fc.record({
    bad: fc.uniqueArray(fc.nat(119), { maxLength: 12 }),
    away: fc.array(fc.tuple(fc.nat(119), fc.nat(5000)), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ bad, away }) => {
      const { rig, store, tell, drainer, close } = await openBoth();
      const badKeys = new Set(bad.map((i) => `turn/${i}`));
      store.refuses = ({ key }) => badKeys.has(key);
      for (let i = 0; i < 120; i++) {
        const absence = away.find(([at]) => at === i);
        if (absence) store.isAway = true;
        await tell(i, i + 1);
        if (!absence) continue;
        await rig.clock.advance(absence[1]);
        store.isAway = false;
      }
      await tell(120, 121); // passes, so that a bad fact at the end is not taken for an absence
      await drain(rig, drainer);
      const good = expected(0, 121).filter((name) => !badKeys.has(name.split(' ')[1]!));
      for (let call = 0; call < 7; call++) {
        const ofCall = (names: readonly string[]): string[] => names.filter((name) => name.startsWith(`CA${call} `));
        expect(ofCall(store.names)).toEqual(ofCall(good));
      }
      await close();
    }),
    { numRuns: 60 },
  );
});
