/** Two nodes on one clock, with a line between them that may lose what it carries. */
import { afterEach, describe, expect, test } from 'vitest';
import type { BusRaw } from '../../src/live/bus/bus.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { hangUp, Line, wait, waitForAgent } from '../scenarios/whole-call.ts';
import { LookedOnOffice } from './looked-on.ts';

class Wire {
  readonly sent: string[] = [];
  isCut = false;
  readonly #listeners = new Set<(payload: string) => void>();

  get end(): BusRaw {
    return {
      send: (payload) => {
        this.sent.push(payload);
        if (!this.isCut) for (const listener of this.#listeners) listener(payload);
      },
      listen: (onPayload) => {
        this.#listeners.add(onPayload);
        return () => void this.#listeners.delete(onPayload);
      },
    };
  }
}

const open: LookedOnOffice[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((looked) => looked.close()));
});

async function twoNodes() {
  const clock = new VirtualClock();
  const wire = new Wire();
  const [owner, other] = await Promise.all(
    ['node-1', 'node-2'].map((node) => LookedOnOffice.open({ node, clock, bus: wire.end })),
  );
  open.push(owner!, other!);
  const line = new Line(owner!.office, 1, [waitForAgent, wait(100_000), hangUp]);
  line.phone.start();
  await clock.advance(1_000);
  return { clock, line, other: other!, owner: owner!, wire };
}

describe('two nodes', () => {
  test('say nothing while nobody looks on, and nothing any more soon after', async () => {
    const { clock, other, wire } = await twoNodes();
    await clock.advance(30_000);
    expect(wire.sent).toEqual([]);
    const watcher = await other.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    await clock.advance(5_000);
    expect(wire.sent.length).toBeGreaterThan(2);
    watcher.socket.close();
    await expect.poll(() => other.live.watchers).toBe(0);
    await clock.advance(12_000);
    const before = wire.sent.length;
    await clock.advance(60_000);
    expect(wire.sent.length).toBe(before);
  });

  test('make good what the line has lost', async () => {
    const { clock, line, other, owner, wire } = await twoNodes();
    const watcher = await other.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    await clock.advance(1_000);
    await watcher.next('changed', ({ calls }) => calls[0]?.callSid === line.callSid);
    wire.isCut = true;
    const side = owner.office.desk.operatorsOf(line.callSid)!;
    side.act({ actionId: 'a', by: 'ben@office', action: { type: 'take-over' } });
    await clock.advance(2_000);
    side.present('ben@office');
    wire.isCut = false;
    await clock.advance(4_000);
    await watcher.next('changed', ({ calls }) => calls[0]?.takenOverBy === 'ben@office');
  });

  test('take the calls of a node that is silent for gone', async () => {
    const { clock, line, other, wire } = await twoNodes();
    const watcher = await other.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    await clock.advance(1_000);
    await watcher.next('changed');
    wire.isCut = true;
    await clock.advance(20_000);
    expect(await watcher.next('gone')).toEqual({ type: 'gone', callSids: [line.callSid] });
  });
});
