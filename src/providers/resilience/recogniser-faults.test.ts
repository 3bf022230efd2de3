import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { errorOfStatus } from '../vendor-error.ts';
import {
  denied,
  dropped,
  refused,
  SILENCE,
  type ToyBehaviour,
  ToyCall,
  ToyRecogniser,
  textOf,
} from './recogniser.fixture.ts';

const SECOND = 8_000;

/** A chain of toys; each always behaves as told, or in its first session only. */
function openCall(
  behaviours: Readonly<Record<string, (session: number, now: number) => ToyBehaviour | undefined>>,
  options: ConstructorParameters<typeof ToyCall>[2] = {},
) {
  const clock = new VirtualClock();
  const toys = Object.entries(behaviours).map(([name, behave]) => new ToyRecogniser(name, clock, behave));
  const call = new ToyCall(clock, toys, options);
  const close = async () => {
    await call.close();
    expect(clock.alarms).toBe(0);
  };
  return { clock, toys, call, close };
}

const well = () => undefined;
const always = (behaviour: ToyBehaviour) => () => behaviour;
const first = (behaviour: ToyBehaviour) => (session: number) => (session === 0 ? behaviour : undefined);
const words = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

describe('a session that dies', () => {
  test('after it worked, the same provider is asked again at once, and the operator is told', async () => {
    const { toys, call, close } = openCall({ one: first({ dropAtByte: 3 * SECOND }), two: well });
    await call.silence(2_900);
    await call.say(words(1, 5));
    await call.silence(500);
    expect(toys.map(({ sessions }) => sessions.map(({ openedAt }) => openedAt))).toEqual([[0, 2_980], []]);
    expect(call.finals).toEqual([textOf(words(1, 5))]);
    const [failed, reconnected, ...rest] = call.news;
    expect(failed).toMatchObject({ type: 'failed', provider: 'one', operation: 'stt', code: 'provider-failed' });
    expect(reconnected).toMatchObject({ type: 'reconnected', provider: 'one', replayedMs: 540 });
    expect(rest).toEqual([]);
    await close();
  });

  test('the same again, the next, then with ever longer waits', async () => {
    const { toys, call, close } = openCall({
      one: (session) => (session === 0 ? { dropAtByte: 3 * SECOND } : { openError: refused('one') }),
      two: always({ openError: refused('two') }),
    });
    await call.silence(12_000);
    const opened = toys.flatMap(({ sessions }) => sessions.map(({ openedAt }) => openedAt)).sort((a, b) => a - b);
    expect(opened.map((at) => at - 2_980)).toEqual([-2_980, 0, 0, 250, 750, 1_750, 3_750, 5_750, 7_750]);
    expect(call.errors).toHaveLength(1);
    await close();
  });

  test('while it connects, the next provider hears everything from the beginning', async () => {
    const { toys, call, close } = openCall({ one: first({ openError: refused('one') }), two: well });
    await call.say([1, 2, 3]);
    await call.silence(500);
    expect(call.finals).toEqual(['w1 w2 w3']);
    expect(call.newsOf('switched')).toEqual([expect.objectContaining({ operation: 'stt', from: 'one', to: 'two' })]);
    expect(toys.map(({ sessions }) => sessions.length)).toEqual([1, 1]);
    await close();
  });

  test('for want of a good key, it is never asked again in this call', async () => {
    const behaviours = {
      one: always({ openError: denied('one') }),
      two: (session: number) => [{ dropAtByte: 3 * SECOND }, { openError: refused('two') }][session],
    };
    const { toys, call, close } = openCall(behaviours, { misconfiguredMs: 1_000 });
    await call.silence(2_000);
    expect(call.health.admits({ provider: 'one', operation: 'stt' })).toBe(true);
    await call.silence(2_000);
    await call.say([1]);
    await call.silence(500);
    expect(call.finals).toEqual(['w1']);
    expect(toys.map(({ sessions }) => sessions.map(({ openedAt }) => openedAt))).toEqual([[0], [0, 2_980, 2_980]]);
    await close();
  });

  test('and asks for a pause, it has its pause', async () => {
    const busy = errorOfStatus({ provider: 'one', operation: 'stt' }, { status: 429, retryAfter: '4' });
    const { toys, call, close } = openCall({ one: first({ openError: busy }) });
    await call.say([1, 2]);
    await call.silence(7_000);
    expect(toys[0]?.sessions.map(({ openedAt }) => openedAt)).toEqual([0, 5_750]);
    expect(call.finals).toEqual(['w1 w2']);
    await close();
  });

  test('what the agent asks for is asked of the next', async () => {
    const { toys, call, close } = openCall({ one: first({ dropAtByte: 3 * SECOND }) });
    call.session.expect({ kind: 'digits' });
    call.session.expect({ kind: 'yes-no' });
    await call.silence(4_000);
    expect(toys[0]?.sessions.map(({ expectations }) => expectations)).toEqual([
      [{ kind: 'digits' }, { kind: 'yes-no' }],
      [{ kind: 'yes-no' }],
    ]);
    await close();
  });

  test('has nothing more to say, even if it does', async () => {
    const { toys, call, close } = openCall({ one: always({ mute: 'silent' }), two: well });
    await call.sound(1, 60);
    call.session.speechStarted();
    await call.sound(1, 3_500);
    const [late] = toys[0]?.sessions ?? [];
    expect(late?.isClosed).toBe(true);
    late?.say({ type: 'partial', text: 'late' });
    late?.say({ type: 'final', text: 'late' });
    late?.say({ type: 'error', error: dropped('one') });
    call.session.speechEnded();
    await call.silence(1_000);
    expect(call.events.map((event) => 'text' in event && event.text)).toEqual(['w1', 'w1']);
    expect(toys.map(({ sessions }) => sessions.length)).toEqual([1, 1]);
    await close();
  });
});

describe('a breaker that is open', () => {
  test('has the next provider take the call from the beginning', async () => {
    const { call, clock, toys, close } = openCall({ one: well, two: well }, { failures: 1 });
    await call.health.failed({ provider: 'one', operation: 'stt' }, refused('one'));
    const session = call.recogniser.open({ callSid: 'CA01', language: 'he-IL', onEvent: () => {} });
    await clock.advance(100);
    expect(toys.map(({ sessions }) => sessions.length)).toEqual([1, 1]);
    expect(call.newsOf('switched')).toEqual([expect.objectContaining({ operation: 'stt', from: 'one', to: 'two' })]);
    await session.close();
    await close();
  });

  test('is closed by words', async () => {
    const { call, close } = openCall({ one: first({ dropAtByte: 3 * SECOND }) }, { failures: 2 });
    const who = { provider: 'one', operation: 'stt' } as const;
    await call.silence(4_000);
    await call.say([1]);
    await call.silence(500);
    await call.health.failed(who, refused('one'));
    expect(call.health.admits(who)).toBe(true);
    await call.health.failed(who, refused('one'));
    expect(call.health.admits(who)).toBe(false);
    await close();
  });

  test('for all of them: words are asked for again after 8 s, and the session ends in an error', async () => {
    const { call, clock, toys, close } = openCall({ one: well }, { failures: 1 });
    await call.health.failed({ provider: 'one', operation: 'stt' }, refused('one'));
    const events: string[] = [];
    const session = call.recogniser.open({
      callSid: 'CA01',
      language: 'he-IL',
      onEvent: (event) => events.push(event.type === 'error' ? `${clock.now()} ${event.error.code}` : event.type),
    });
    session.speechStarted();
    session.speechEnded();
    await clock.advance(7_999);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(events).toEqual(['final', '8000 provider-unavailable']);
    expect(toys[0]?.sessions).toHaveLength(1);
    await session.close();
    await close();
  });
});

describe('an outage', () => {
  test('of three seconds costs no word', async () => {
    const { call, close } = openCall({
      one: (_, now) => (now < 3_000 ? { openError: refused('one') } : undefined),
    });
    await call.say(words(1, 4));
    await call.silence(300);
    await call.say(words(5, 4));
    await call.silence(5_000);
    expect(call.finals).toEqual([textOf(words(1, 4)), textOf(words(5, 4))]);
    await close();
  });

  test('of more than 8 s: every owed final is empty, then one error, then nothing', async () => {
    const { call, clock, close } = openCall({
      one: always({ openError: refused('one') }),
      two: always({ openError: refused('two'), openSync: true }),
    });
    await call.say([1, 2]);
    await call.silence(300);
    await call.say([3]);
    call.session.speechStarted();
    await call.silence(10_000);
    expect(call.events.map(({ type, at }) => [type, at])).toEqual([
      ['final', 8_000],
      ['final', 8_000],
      ['error', 8_000],
    ]);
    expect(call.finals).toEqual(['', '']);
    call.session.speechEnded();
    await call.say([4]);
    await call.silence(10_000);
    expect(call.events).toHaveLength(3);
    expect(clock.alarms).toBe(0);
    await close();
  });

  test('without a good key anywhere ends at once', async () => {
    const { call, close } = openCall({
      one: always({ openError: denied('one') }),
      two: always({ openError: denied('two') }),
    });
    call.session.speechStarted();
    call.session.speechEnded();
    await call.silence(100);
    expect(call.events.map(({ type }) => type)).toEqual(['final', 'error']);
    expect(call.errors[0]?.code).toBe('provider-misconfigured');
    await close();
  });

  test('may be ended by the caller of the session, from inside an event', async () => {
    const { call, close } = openCall({ one: always({ openError: refused('one') }) });
    call.session.speechStarted();
    call.session.speechEnded();
    call.session.speechEnded();
    call.onEvent = () => void call.session.close();
    await call.silence(10_000);
    expect(call.events.map(({ type }) => type)).toEqual(['final']);
    await close();
  });
});

describe('a session that is mute', () => {
  test('in the middle of speech: the next hears it all after 3 s, and the vendor is blamed', async () => {
    const { call, toys, close } = openCall({ one: always({ mute: 'silent' }), two: well });
    await call.silence(1_000);
    await call.say(words(1, 25));
    await call.silence(1_000);
    // Speech begins at 1060.
    expect(toys[1]?.sessions[0]?.openedAt).toBe(4_060);
    expect(call.events[0]).toMatchObject({ type: 'partial', at: 4_060 });
    expect(call.finals).toEqual([textOf(words(1, 25))]);
    expect(call.newsOf('failed')).toMatchObject([{ provider: 'one', code: 'provider-timeout' }]);
    await close();
  });

  test('over several utterances whose finals are empty, although it had words once', async () => {
    const { call, toys, close } = openCall({ one: first({ mute: 'empty' }) });
    const [session] = toys[0]?.sessions ?? [];
    await call.silence(500);
    session?.say({ type: 'final', text: 'hello' });
    for (let utterance = 0; utterance < 5; utterance++) {
      await call.say(words(1 + 10 * utterance, 5));
      await call.silence(500);
    }
    // Each utterance is 940 ms of speech: the fourth is the one in which it is too much.
    expect(call.finals).toEqual(['hello', '', '', '', textOf(words(31, 5)), textOf(words(41, 5))]);
    expect(toys[0]?.sessions).toHaveLength(2);
    await close();
  });

  test('from its first word on: an empty final is not believed', async () => {
    const { call, toys, close } = openCall({ one: always({ mute: 'empty' }), two: well });
    await call.say(words(1, 4));
    await call.silence(500);
    expect(call.finals).toEqual([textOf(words(1, 4))]);
    expect(call.newsOf('failed')).toMatchObject([{ provider: 'one', code: 'provider-timeout' }]);
    expect(toys.map(({ sessions }) => sessions.length)).toEqual([1, 1]);
    await close();
  });

  test('for a noise that nobody understands, is not blamed', async () => {
    const { call, toys, close } = openCall({ one: always({ mute: 'empty' }), two: always({ mute: 'empty' }) });
    await call.say(words(1, 4));
    await call.silence(500);
    expect(call.finals).toEqual(['']);
    await call.say(words(1, 4));
    await call.silence(500);
    expect(call.finals).toEqual(['', '']);
    expect(toys.map(({ sessions }) => sessions.length)).toEqual([1, 1]);
    expect(call.newsOf('failed')).toEqual([]);
    await close();
  });

  test('in a noise without end, is changed ever more rarely', async () => {
    const { call, toys, close } = openCall({ one: always({ mute: 'silent' }), two: always({ mute: 'silent' }) });
    call.session.speechStarted();
    await call.sound(1, 45_000);
    const opened = toys.flatMap(({ sessions }) => sessions.map(({ openedAt }) => openedAt)).sort((a, b) => a - b);
    expect(opened).toEqual([0, 3_000, 6_000, 12_000, 18_000, 30_000, 42_000]);
    expect([call.events, call.newsOf('failed')]).toEqual([[], []]);
    await close();
  });

  test('owes a final and never gives it', async () => {
    const { call, toys, close } = openCall({ one: first({ finalMs: 60_000 }), two: well });
    await call.say([1, 2]);
    const endedAt = call.clock.now();
    await call.silence(4_000);
    expect(toys[1]?.sessions[0]?.openedAt).toBe(endedAt + 2_500);
    expect(call.finals).toEqual(['w1 w2']);
    expect(call.newsOf('failed')).toMatchObject([{ provider: 'one', code: 'provider-timeout' }]);
    await close();
  });

  test('and nobody ever gives the final: it is empty in the end, and the call goes on', async () => {
    const { call, close } = openCall({
      one: (session) => (session < 2 ? { finalMs: 60_000 } : undefined),
      two: (session) => (session < 2 ? { finalMs: 60_000 } : undefined),
    });
    await call.say([1, 2]);
    const endedAt = call.clock.now();
    await call.silence(12_000);
    expect(call.finals).toEqual(['']);
    expect(call.events.at(-1)?.at).toBe(endedAt + 10_000);
    await call.say([3]);
    await call.silence(12_000);
    expect(call.finals).toEqual(['', 'w3']);
    expect(call.errors).toEqual([]);
    await close();
  });
});

describe('the watch for muteness', () => {
  test('does not mind silence', async () => {
    const { call, toys, close } = openCall({ one: well });
    await call.silence(30_000);
    await call.say([1]);
    await call.silence(30_000);
    expect(toys[0]?.sessions).toHaveLength(1);
    await close();
  });

  test('does not mind a long speech with partials', async () => {
    const { call, toys, close } = openCall({ one: well });
    await call.say(words(1, 8), 2_500);
    await call.silence(500);
    expect(toys[0]?.sessions).toHaveLength(1);
    expect(call.finals).toEqual([textOf(words(1, 8))]);
    await close();
  });
});

describe('closing', () => {
  test('takes a second at most, whatever the provider does, and nothing comes after it', async () => {
    const { call, clock, toys, close } = openCall({ one: always({ neverCloses: true, dropAtByte: 3 * SECOND }) });
    await call.silence(3_000);
    expect(toys[0]?.sessions).toHaveLength(2);
    await call.say([1]);
    let closedAt: number | undefined;
    const closing = call.session.close().then(() => {
      closedAt = clock.now();
    });
    const startedAt = clock.now();
    await call.sound(SILENCE, 2_000);
    await closing;
    expect((closedAt ?? 0) - startedAt).toBeLessThanOrEqual(1_000);
    expect(call.finals).toEqual([]);
    expect(clock.alarms).toBe(0);
    await close();
  });

  test('in the middle of a replay and of a wait leaves no alarm', async () => {
    for (const ms of [0, 20, 260, 400, 1_000]) {
      const { call, clock } = openCall({ one: always({ openError: refused('one') }) });
      call.session.speechStarted();
      await call.sound(1, ms);
      const closing = call.session.close();
      await clock.advance(0);
      await closing;
      expect(clock.alarms).toBe(0);
    }
  });
});
