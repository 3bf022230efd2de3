import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/fact.ts';
import { type AdoptedLedgers, adoptLedgers } from './adopt.ts';
import { createRig, FOLDER, foreignHeader, nameOf, type Rig, turn } from './facts.fixture.ts';

interface Store {
  readonly names: string[];
  isAway: boolean;
}

function adopt(rig: Rig, store: Store): Promise<AdoptedLedgers> {
  const apply = async (facts: readonly Fact[]): Promise<void> => {
    if (store.isAway) throw new Error('away');
    store.names.push(...facts.map(nameOf));
  };
  const onError = rig.errors.push.bind(rig.errors);
  return adoptLedgers({ folder: FOLDER, disk: rig.disk.boot(), clock: rig.clock, onError, apply });
}

/** Two nodes told facts and died. */
async function bereaved(): Promise<Rig> {
  const rig = createRig();
  for (const node of ['one', 'two']) {
    const ledger = await rig.open({ node });
    await ledger.append(turn(1, node));
    await ledger.append(turn(2, node));
  }
  rig.die(1);
  return rig;
}

describe('ledgers of the dead', () => {
  test('are drained and removed, by whoever is there', async () => {
    const rig = await bereaved();
    const own = await rig.open({ node: 'three' });
    const store = { names: [] as string[], isAway: false };
    const adopted = await adopt(rig, store);
    expect(adopted.names).toEqual(['node-one', 'node-two']);
    await adopted.done;
    expect(store.names.sort()).toEqual(['one turn/1', 'one turn/2', 'two turn/1', 'two turn/2']);
    expect((await rig.disk.list(FOLDER)).filter((name) => name.startsWith('node-'))).toEqual(['node-three']);
    await adopted.close();
    await own.close();
    expect(rig.clock.alarms).toBe(0);
    expect(rig.errors).toEqual([]);
  });

  test("are nobody else's while one drains them; a node that comes back gets another folder", async () => {
    const rig = await bereaved();
    const store = { names: [] as string[], isAway: true };
    const adopted = await adopt(rig, store);
    expect((await adopt(rig, store)).names).toEqual([]);
    const back = await rig.open({ node: 'one' });
    await back.append(turn(3, 'one'));
    expect((await back.backlog.read(10)).map(({ fact }) => nameOf(fact))).toEqual(['one turn/3']);
    store.isAway = false;
    await rig.clock.advance(1000);
    await adopted.done;
    expect(store.names).toHaveLength(4);
    await back.close();
    expect((await adopt(rig, store)).names).toEqual(['node-one~2']);
  });

  test('are left for the next when the adopter stops before the store is back', async () => {
    const rig = await bereaved();
    const store = { names: [] as string[], isAway: true };
    const adopted = await adopt(rig, store);
    await rig.clock.advance(10_000);
    await adopted.close();
    expect(rig.clock.alarms).toBe(0);
    store.isAway = false;
    await (await adopt(rig, store)).done;
    expect(store.names).toHaveLength(4);
  });

  test('keep their folder if something was set aside in it', async () => {
    const rig = await bereaved();
    await rig.disk.create(`${FOLDER}/node-one/refused.jsonl`);
    const store = { names: [] as string[], isAway: false };
    await (await adopt(rig, store)).done;
    expect(store.names).toHaveLength(4);
    expect(await rig.disk.list(`${FOLDER}/node-one`)).toContain('refused.jsonl');
    expect(await rig.disk.list(FOLDER)).not.toContain('node-two');
  });

  test('that cannot be opened are told of and left alone', async () => {
    const rig = await bereaved();
    const file = await rig.disk.open(`${FOLDER}/node-one/000000000001.log`);
    await file.write(foreignHeader(), 0);
    const store = { names: [] as string[], isAway: false };
    const adopted = await adopt(rig, store);
    expect(adopted.names).toEqual(['node-two']);
    await adopted.done;
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-version']);
  });
});
