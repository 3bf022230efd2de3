import { afterEach, describe, expect, test } from 'vitest';
import { LiveMessage } from '../../src/api/contract/live.ts';
import { FAKE_TRANSCRIPT } from '../../src/providers/fake/speech-to-text.ts';
import { hangUp, Line, run, say, wait, waitForAgent } from '../scenarios/whole-call.ts';
import { LookedOnOffice, Watcher } from './looked-on.ts';

const open: LookedOnOffice[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((looked) => looked.close()));
});

async function lookedOn(): Promise<LookedOnOffice> {
  const looked = await LookedOnOffice.open();
  open.push(looked);
  return looked;
}

const STEPS = [waitForAgent, say(1_200), waitForAgent, wait(3_000), hangUp];

async function call(looked: LookedOnOffice, number = 1, steps = STEPS): Promise<Line> {
  const line = new Line(looked.office, number, steps);
  line.phone.start();
  await looked.office.clock.advance(1_000);
  return line;
}

describe('the list of calls', () => {
  test('is told after hello, then each change, then the end; every message is as the contract says', async () => {
    const looked = await lookedOn();
    const line = await call(looked);
    const watcher = await looked.watcher('viewer');
    watcher.send({ type: 'hello' });
    expect(await watcher.next('welcome')).toEqual({ type: 'welcome', cursor: 0 });
    const { calls } = await watcher.next('calls');
    expect(calls).toMatchObject([
      {
        callSid: line.callSid,
        node: 'node-1',
        agent: 'Test',
        language: 'en-US',
        from: '+972501234567',
        state: 'SPEAKING',
        recording: 'off',
        takenOverBy: null,
      },
    ]);
    await run(looked.office, [line]);
    await watcher.next('changed', (message) => message.calls[0]?.lastWords?.text.startsWith('Thank you') === true);
    await watcher.next('changed', (message) => (message.calls[0]?.latencyMs ?? 0) > 0);
    expect(await watcher.next('gone')).toEqual({ type: 'gone', callSids: [line.callSid] });
    for (const message of watcher.messages) expect(LiveMessage.safeParse(message).success, message.type).toBe(true);
  });

  test('costs a call nothing while nobody looks on', async () => {
    const looked = await lookedOn();
    const seats: { tap: unknown }[] = [];
    const began = looked.live.audience.began.bind(looked.live.audience);
    looked.live.audience.began = (seen) => {
      seats.push(seen.stream.taps);
      began(seen);
    };
    await call(looked);
    expect(seats[0]!.tap).toBeUndefined();
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    expect(seats[0]!.tap).toBeDefined();
    watcher.socket.close();
    await watcher.closed;
    await expect.poll(() => looked.live.watchers).toBe(0);
    expect(seats[0]!.tap).toBeUndefined();
  });
});

describe('a call that is followed', () => {
  test('tells the lines so far, then each as it falls', async () => {
    const looked = await lookedOn();
    const line = await call(looked);
    const first = await looked.watcher();
    first.send({ type: 'hello' });
    await first.next('calls');
    await looked.office.clock.advance(5_000);
    const watcher = await looked.watcher('viewer', 'ben@office');
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    watcher.send({ type: 'follow', callSid: line.callSid });
    const sofar = await watcher.next('lines');
    expect(sofar.isFirst).toBe(true);
    expect(sofar.lines.flatMap((one) => (one.type === 'turn' ? [[one.who, one.text]] : []))).toContainEqual([
      'agent',
      'Good morning, this is the test office.',
    ]);
    await run(looked.office, [line]);
    await watcher.next('gone');
    const lines = watcher.messages.flatMap((message) => (message.type === 'lines' ? message.lines : []));
    const types = new Set([...sofar.lines, ...lines].map(({ type }) => type));
    for (const type of ['partial', 'turn', 'sentence', 'decision', 'state']) expect(types).toContain(type);
    expect([...sofar.lines, ...lines]).toContainEqual(
      expect.objectContaining({ type: 'partial', text: FAKE_TRANSCRIPT }),
    );
    const decisions = [...sofar.lines, ...lines].flatMap((one) => (one.type === 'decision' ? [one.text] : []));
    expect(decisions.join('\n')).toContain('Decision: the turn is over, the caller is answered');
  });

  test('that nobody looked on at before still has its turns', async () => {
    const looked = await lookedOn();
    const line = await call(looked);
    await looked.office.clock.advance(4_000);
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    watcher.send({ type: 'follow', callSid: line.callSid });
    const { lines } = await watcher.next('lines');
    expect(lines[0]).toMatchObject({ type: 'turn', who: 'agent', text: 'Good morning, this is the test office.' });
  });

  test('is one of four at most, and must go on', async () => {
    const looked = await lookedOn();
    const lines = [];
    for (const number of [1, 2, 3, 4, 5]) lines.push(await call(looked, number));
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    for (const { callSid } of lines) watcher.send({ type: 'follow', callSid });
    expect(await watcher.next('refused')).toEqual({ type: 'refused', request: 'follow', code: 'too-many' });
    watcher.send({ type: 'unfollow', callSid: lines[0]!.callSid });
    watcher.send({ type: 'follow', callSid: `CA${'f'.repeat(32)}` });
    expect(await watcher.next('refused')).toMatchObject({ code: 'no-such-call' });
  });
});

describe('a call that is listened to', () => {
  test('is heard on both sides, a quarter of a second behind', async () => {
    const looked = await lookedOn();
    const line = await call(looked);
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    watcher.send({ type: 'listen', callSid: line.callSid });
    await watcher.next('listening');
    const began = looked.office.clock.now();
    await looked.office.clock.advance(1_500);
    await watcher.until(() => watcher.audio.length >= 26);
    const sides = [0, 1].map((side) => watcher.audio.filter((piece) => piece[0] === side));
    expect(sides.map((pieces) => pieces.length)).toEqual([sides[0]!.length, sides[0]!.length]);
    expect(sides[0]![0]!.length).toBe(8 + 800);
    const times = sides[1]!.map((piece) => piece.readUInt32LE(4));
    for (const [i, at] of times.entries()) expect(at).toBe(times[0]! + 100 * i);
    const newest = times.at(-1)! + 100;
    const callTime = looked.office.clock.now() - 30; // its stream began a network's way after the clock
    expect(callTime - newest).toBeLessThanOrEqual(250);
    expect(began).toBeGreaterThan(0);
    expect(
      sides[1]!.some((piece) => piece.subarray(8).some((byte) => byte !== 0xff)),
      'the agent sounds',
    ).toBe(true);
  });

  test('is the business of operators', async () => {
    const looked = await lookedOn();
    const line = await call(looked);
    const watcher = await looked.watcher('viewer');
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    watcher.send({ type: 'listen', callSid: line.callSid });
    expect(await watcher.next('refused')).toEqual({ type: 'refused', request: 'listen', code: 'forbidden' });
  });
});

describe('an operator at the socket', () => {
  test('who has taken a call over is heard in it, and keeps it while the browser is open', async () => {
    const looked = await lookedOn();
    const line = await call(looked, 1, [waitForAgent, wait(60_000)]);
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    const side = looked.office.desk.operatorsOf(line.callSid)!;
    side.act({ actionId: 'a', by: 'ann@office', action: { type: 'take-over' } });
    await looked.office.clock.advance(500);
    await watcher.next('changed', ({ calls }) => calls[0]?.takenOverBy === 'ann@office');
    const before = line.received.length;
    const voice = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(800, 0x20)]);
    for (let i = 0; i < 5; i++) watcher.socket.send(voice);
    await watcher.read();
    await looked.office.clock.advance(1_000);
    const frames = line.received.slice(before).filter(({ text }) => text.includes('"media"')).length;
    expect(frames).toBeGreaterThanOrEqual(24);
    await looked.office.clock.advance(20_000);
    expect(side.act({ actionId: 'b', by: 'ben@office', action: { type: 'take-over' } })).toMatchObject({
      code: 'taken',
    });
    watcher.socket.close();
    await expect.poll(() => looked.live.watchers).toBe(0);
    await looked.office.clock.advance(9_000);
    expect(side.act({ actionId: 'c', by: 'ben@office', action: { type: 'take-over' } })).toEqual({ type: 'done' });
  });
});

describe('whatever a watcher sends', () => {
  test('is refused with its reason, and too much of it ends the socket', async () => {
    const looked = await lookedOn();
    const watcher = await looked.watcher();
    watcher.send({ type: 'follow', callSid: `CA${'f'.repeat(32)}` });
    expect(await watcher.next('refused')).toEqual({ type: 'refused', request: 'follow', code: 'hello-first' });
    watcher.send('{"type":');
    expect(await watcher.next('refused')).toEqual({ type: 'refused', request: 'unknown', code: 'not-understood' });
    watcher.socket.send(Buffer.from([9, 9, 9]));
    expect(await watcher.next('refused')).toEqual({ type: 'refused', request: 'voice', code: 'not-understood' });
    for (let i = 0; i < 20; i++) watcher.send('[]');
    expect(await watcher.closed).toEqual({ code: 1008, reason: 'garbage' });
  });

  test('may not be longer than 32 KiB', async () => {
    const looked = await lookedOn();
    const watcher = await looked.watcher();
    watcher.send('x'.repeat(33 * 1024));
    expect(await watcher.closed).toMatchObject({ code: 1009 });
  });

  test('may not come in a flood', async () => {
    const looked = await lookedOn();
    const watcher = await looked.watcher();
    watcher.send({ type: 'hello' });
    for (let i = 0; i < 200; i++) watcher.send({ type: 'unlisten' });
    expect(await watcher.closed).toMatchObject({ code: 1008, reason: 'flood' });
  });
});

describe('a watcher', () => {
  test('whose session is over is sent away at once', async () => {
    const looked = await lookedOn();
    const watcher = await looked.watcher();
    looked.endSessions();
    expect(await watcher.closed).toEqual({ code: 4401, reason: 'session-over' });
  });

  test('that neither reads nor answers pings is cut off; the others notice nothing', async () => {
    const looked = await lookedOn();
    await call(looked, 1, [waitForAgent, wait(200_000)]);
    const [slow, other] = [await looked.watcher(), await looked.watcher('viewer', 'ben@office')];
    for (const watcher of [slow, other]) {
      watcher.send({ type: 'hello' });
      await watcher.next('calls');
    }
    slow.socket.pause();
    const side = looked.office.desk.operatorsOf(`CA${'1'.padStart(32, '0')}`)!;
    const text = 'x'.repeat(900);
    slow.socket.once('close', () => {});
    let isCut = false;
    for (let i = 0; i < 40_000 && !isCut; i++) {
      side.act({ actionId: `${i}`, by: 'ann@office', action: { type: 'whisper', text } });
      await looked.office.clock.advance(250);
      await other.read();
      isCut = looked.office.logs.some(
        ({ event, fields }) => event === 'LIVE_CLOSE' && fields['reason'] === 'ping-timeout',
      );
    }
    expect(isCut).toBe(true);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  test.each([
    ['anonymous', 'default', 401],
    ['owner', 'another', 403],
  ])('%s of tenant %s is not let in', async (role, tenant, status) => {
    const looked = await lookedOn();
    const watcher = new Watcher(looked.url, role, 'x', tenant);
    await expect(watcher.opened).rejects.toThrow(String(status));
  });
});
