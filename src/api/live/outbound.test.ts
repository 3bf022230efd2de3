import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { Outbound } from './outbound.ts';

function slowWatcher() {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const told: unknown[] = [];
  const socket = {
    readyState: WebSocket.OPEN as number,
    bufferedAmount: 0,
    send: (message: string | Buffer) => void sent.push(message.toString()),
  };
  const out = new Outbound({
    socket,
    clock,
    onCaughtUp: (missed) => told.push(missed),
    onHopeless: () => told.push('hopeless'),
  });
  return { clock, out, sent, socket, told };
}

describe('what goes to a watcher', () => {
  test('who reads too slowly is left out, counted, and begun anew once it has caught up', () => {
    const { out, sent, socket, told } = slowWatcher();
    out.send('one');
    socket.bufferedAmount = 300_000;
    out.send('two');
    out.send('three');
    out.look();
    expect([sent, told]).toEqual([['one'], []]);
    socket.bufferedAmount = 200_000;
    out.send('four');
    socket.bufferedAmount = 10_000;
    out.look();
    expect(told).toEqual([3]);
    out.send('five');
    expect(sent).toEqual(['one', 'five']);
    expect(out.missed).toBe(3);
  });

  test('who never catches up is given up', () => {
    const { clock, out, socket, told } = slowWatcher();
    socket.bufferedAmount = 300_000;
    out.send('one');
    clock.advanceTo(14_000);
    out.look();
    expect(told).toEqual([]);
    clock.advanceTo(15_000);
    out.look();
    expect(told).toEqual(['hopeless']);
  });

  test('whose socket is closing is nothing', () => {
    const { out, sent, socket } = slowWatcher();
    socket.readyState = WebSocket.CLOSING;
    out.send('one');
    expect(sent).toEqual([]);
  });
});
