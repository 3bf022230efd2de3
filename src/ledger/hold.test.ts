/** A ledger whose store may yet lose what it was told. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/fact.ts';
import { adoptLedgers, rewindOthers } from './adopt.ts';
import type { Ledger } from './contracts.ts';
import { openDrainer } from './drainer.ts';
import { createRig, FOLDER, type Rig, readAll, turn } from './facts.fixture.ts';

const OWN = `${FOLDER}/node-one`;

async function tell(ledger: Ledger, from: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await ledger.append(turn(from + i));
}

async function applyAll(ledger: Ledger): Promise<readonly number[]> {
  const facts = await ledger.backlog.read(1000);
  if (facts.length > 0) ledger.backlog.applied(facts.at(-1)!.sequence);
  return facts.map(({ sequence }) => sequence);
}

const segmentsOf = async ({ disk }: Rig): Promise<readonly string[]> =>
  (await disk.list(OWN)).filter((name) => name.endsWith('.log'));

describe('a ledger that holds', () => {
  test('keeps what is applied until it is released, over restarts too', async () => {
    const rig = createRig();
    const first = await rig.open({ holds: true });
    await tell(first, 1, 3);
    expect(await applyAll(first)).toEqual([1, 2, 3]);
    await rig.clock.advance(60_000);
    await first.close();
    rig.die(1);
    const second = await rig.open({ holds: true });
    expect(await readAll(second)).toEqual([]);
    expect(await segmentsOf(rig)).toHaveLength(1);
    await second.release(3);
    expect(await segmentsOf(rig)).toEqual([]);
    await second.close();
    expect(rig.errors).toEqual([]);
  });

  test('gives everything that it still has once more after a rewind, and no crash undoes that', async () => {
    const rig = createRig();
    const first = await rig.open({ holds: true });
    await tell(first, 1, 3);
    await applyAll(first);
    first.turn();
    await tell(first, 4, 2);
    await applyAll(first);
    await first.release(3);
    await first.rewind();
    rig.die(2);
    const second = await rig.open({ holds: true });
    expect(await applyAll(second)).toEqual([4, 5]);
    expect(second.stats()).toMatchObject({ unapplied: 0, applied: 5, lostFacts: 0 });
    await second.close();
    expect(rig.errors).toEqual([]);
  });

  test('does not count a batch that was under way when it was rewound', async () => {
    const rig = createRig();
    const ledger = await rig.open({ holds: true });
    await tell(ledger, 1, 4);
    const early = await ledger.backlog.read(2);
    const rewinding = ledger.rewind();
    ledger.backlog.applied(early.at(-1)!.sequence);
    await rewinding;
    expect(ledger.stats()).toMatchObject({ applied: 0, unapplied: 4 });
    expect(await applyAll(ledger)).toEqual([1, 2, 3, 4]);
    await ledger.close();
  });

  test('wakes its drainer when it is rewound', async () => {
    const rig = createRig();
    const ledger = await rig.open({ holds: true });
    const applied: string[] = [];
    const apply = async (facts: readonly Fact[]): Promise<void> => void applied.push(...facts.map(({ key }) => key));
    const onError = rig.errors.push.bind(rig.errors);
    const drainer = openDrainer({ backlog: ledger.backlog, apply, clock: rig.clock, onError });
    await tell(ledger, 1, 2);
    await drainer.drained();
    await ledger.rewind();
    await drainer.drained();
    expect(applied).toEqual(['turn/1', 'turn/2', 'turn/1', 'turn/2']);
    await drainer.close();
    await ledger.close();
  });

  test('lets go at once of what was told before it was turned', async () => {
    const rig = createRig();
    const ledger = await rig.open({ holds: true });
    await tell(ledger, 1, 2);
    await applyAll(ledger);
    ledger.turn();
    await ledger.release(2);
    expect(await segmentsOf(rig)).toEqual([]);
    await tell(ledger, 3, 1);
    expect(await applyAll(ledger)).toEqual([3]);
    await ledger.close();
  });

  test('that nobody has open is rewound by whoever asks; one that is open is left alone', async () => {
    const rig = createRig();
    const gone = await rig.open({ holds: true, node: 'two' });
    await tell(gone, 1, 2);
    await applyAll(gone);
    await gone.close();
    const own = await rig.open({ holds: true });
    await tell(own, 1, 1);
    await applyAll(own);
    await rig.clock.advance(2_000);
    await rewindOthers({ disk: rig.disk.boot(), folder: FOLDER });
    expect(own.stats().unapplied).toBe(0);
    await own.close();
    const again = await rig.open({ holds: true, node: 'two' });
    expect(await applyAll(again)).toEqual([1, 2]);
    await again.close();
  });

  test.each([true, false])('is removed by its adopter when the store has a copy (%s)', async (isCopied) => {
    const rig = createRig();
    const gone = await rig.open({ holds: true, node: 'two' });
    await tell(gone, 1, 2);
    await gone.close();
    const adopted = await adoptLedgers({
      folder: FOLDER,
      disk: rig.disk.boot(),
      clock: rig.clock,
      onError: rig.errors.push.bind(rig.errors),
      apply: async () => {},
      holds: true,
      beforeRemoval: () => (isCopied ? Promise.resolve() : Promise.reject(new Error('no room'))),
    });
    await adopted.done;
    const left = (await rig.disk.list(FOLDER)).filter((name) => name.startsWith('node-'));
    expect(left).toEqual(isCopied ? [] : ['node-two']);
    await adopted.close();
    expect(rig.errors).toEqual([]);
  });
});
