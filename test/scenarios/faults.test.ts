import { describe, expect, test } from 'vitest';
import { defaultLines } from '../../src/call/agent-lines.ts';
import { type Admission, createSoloCluster } from '../../src/call/cluster.ts';
import { ProviderError } from '../../src/core/errors.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import type { Brain, SpeechToText, TextToSpeech } from '../../src/providers/contracts.ts';
import { createFakeTextToSpeech } from '../../src/providers/fake/text-to-speech.ts';
import { afterStream, hangUp, Line, Office, run, say, wait, waitForAgent, wholeCall } from './whole-call.ts';

const failure = (operation: 'stt' | 'brain' | 'tts'): ProviderError =>
  new ProviderError({ provider: 'broken', operation, code: 'provider-failed', retryable: true }, 'planted');

/** A brain that does as it is told with every question. */
const brainOf = (respond: ReturnType<Brain['open']>['respond']): Brain => ({
  name: 'planted',
  open: () => ({ respond, close: async () => {} }),
  close: async () => {},
});

/** The longest time in which nobody could be heard, from the caller's question to the agent's n-th sound. */
function longestSilence(line: Line, sounds: number): number {
  const asked = line.caller.utterances[0]!.to;
  const after = line.caller.ear.spans.filter(({ to }) => to > asked).slice(0, sounds);
  let quietFrom = asked;
  let longest = 0;
  for (const { from, to } of after) {
    longest = Math.max(longest, from - quietFrom);
    quietFrom = Math.max(quietFrom, to);
  }
  return longest;
}

describe('a brain', () => {
  test('that never answers: fillers, an apology, and never 5 s of silence', async () => {
    const hanging = brainOf(async function* ({ opening }, signal) {
      if (opening) return;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      yield { type: 'text', text: '' };
    });
    const { line, journal } = await wholeCall([waitForAgent, say(1_200), wait(30_000)], { brain: () => hanging });
    expect(longestSilence(line, 3)).toBeLessThan(5_000);
    const types = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'line-start' ? [e.line] : e.type === 'filler-play' ? ['filler'] : [])),
    );
    expect(types.slice(0, 3)).toEqual(['filler', 'filler', 'apology']);
  });

  test('that throws: the caller is asked again, and the second time the call ends with a line', async () => {
    const throwing = brainOf(async function* ({ opening }) {
      if (!opening) throw failure('brain');
      yield { type: 'text', text: 'What can I do for you?' };
    });
    const { line } = await wholeCall([waitForAgent, say(1_200), waitForAgent, say(1_200), wait(20_000)], {
      brain: () => throwing,
    });
    expect(line.closedWith).toEqual({ code: 1000, reason: 'replies-failed' });
  });

  test('that goes on speaking after its reply was cancelled is not heard', async () => {
    let calls = 0;
    const deaf = brainOf(async function* ({ opening }) {
      if (opening) return;
      const mine = ++calls;
      for (let i = 0; i < 40; i++) yield { type: 'text', text: `Sentence ${i} of answer ${mine}. ` };
    });
    const { journal } = await wholeCall(
      [
        waitForAgent,
        say(1_200),
        { ...say(1_200), type: 'say-over', afterMs: 2_000, timeoutMs: 9_000 } as never,
        wait(4_000),
        hangUp,
      ],
      { brain: () => deaf },
    );
    const cut = journal.entries.findIndex(({ effects }) => effects.some(({ type }) => type === 'barge-in'));
    const late = journal.entries
      .slice(cut + 1)
      .filter(({ event }) => 'text' in event && /answer 1/.test(String(event.text)));
    expect(late.filter(({ effects }) => effects.length > 0)).toEqual([]);
  });
});

describe('a voice', () => {
  const dying = (context: Parameters<typeof createFakeTextToSpeech>[0]): TextToSpeech => {
    const fake = createFakeTextToSpeech(context);
    let lines = 0;
    return {
      ...fake,
      open: (options) => {
        const session = fake.open(options);
        return {
          ...session,
          synthesize(text, signal) {
            // Greeting and lines are spoken while the voice is well; during the call it is dead.
            if (++lines > 1 + Object.keys(defaultLines('en-US')).length) throw failure('tts');
            return session.synthesize(text, signal);
          },
        };
      },
    };
  };

  test('that dies: the caller hears the lines that were spoken ahead of time', async () => {
    const { line } = await wholeCall([waitForAgent, say(1_200), waitForAgent, say(1_200), wait(20_000)], {
      tts: (clock) => dying(testContext(clock)),
    });
    expect(line.closedWith?.reason).toBe('replies-failed');
    expect(line.caller.ear.spans.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a recogniser', () => {
  test('that never answers: "I did not hear you" within 5 s, then goodbye', async () => {
    const mute: SpeechToText = {
      name: 'mute',
      open: () => ({
        write: () => {},
        speechStarted: () => {},
        speechEnded: () => {},
        expect: () => {},
        close: async () => {},
      }),
      close: async () => {},
    };
    const { line, journal } = await wholeCall(
      [waitForAgent, say(1_200), waitForAgent, say(900), waitForAgent, say(900), wait(20_000)],
      { stt: () => mute },
    );
    const lines = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'line-start' ? [e.line] : [])),
    );
    expect(lines).toEqual(['not-heard', 'not-heard', 'goodbye']);
    expect(longestSilence(line, 1)).toBeLessThan(5_000);
  });
});

describe('our own bug', () => {
  test('ends its call with a spoken apology and touches no other', async () => {
    const office = new Office({
      onEntry: (callSid, { event }) => {
        if (callSid.endsWith('1') && event.type === 'speech-end') throw new TypeError('planted bug');
      },
    });
    await office.runtime.prepare();
    const steps = [waitForAgent, say(1_200), waitForAgent, hangUp];
    const [broken, healthy] = [new Line(office, 1, steps), new Line(office, 2, steps)];
    for (const line of [broken, healthy]) line.phone.start();
    await run(office, [broken, healthy]);
    expect(office.count('CALL_BUG')).toBe(1);
    expect(broken.closedWith).toEqual({ code: 1000, reason: 'internal-error' });
    expect(broken.caller.ear.spans, 'the greeting and the apology').toHaveLength(2);
    expect(await afterStream(office, broken)).toEqual({ type: 'done' });
    expect(healthy.end).toBe('caller');
    expect(healthy.caller.ear.spans).toHaveLength(2);
  });

  test('with nothing to apologise with, Twilio is asked to say it', async () => {
    const office = new Office({
      onEntry: (_, { event }) => {
        if (event.type === 'call-start') throw new TypeError('planted bug');
      },
    });
    const line = new Line(office, 1, [wait(10_000)]);
    line.phone.start();
    await run(office, [line]);
    expect(await afterStream(office, line)).toMatchObject({ type: 'apologise', language: 'en-US' });
  });
});

describe('a carrier', () => {
  test('that sends garbage is survived, counted, and logged once per kind', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [waitForAgent, say(1_200), waitForAgent, hangUp]);
    line.phone.start();
    await office.clock.advance(1_000);
    const media = (fields: object): string =>
      JSON.stringify({
        event: 'media',
        sequenceNumber: '9',
        streamSid: line.streamSid,
        media: { track: 'inbound', chunk: '1', timestamp: '5', payload: '////', ...fields },
      });
    const garbage = [
      'not json',
      '[]',
      '{}',
      '{"event":7}',
      '{"event":"new-in-2027"}',
      media({ timestamp: 5 }),
      media({ payload: '%%%' }),
      media({ payload: undefined }),
      JSON.stringify({ event: 'start', streamSid: line.streamSid }),
      JSON.stringify({ event: 'mark', sequenceNumber: '3', streamSid: line.streamSid, mark: { name: 'not ours' } }),
      media({}).replace(line.streamSid, 'MZother'),
      `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
    ];
    for (const text of [...garbage, ...garbage]) line.receiver?.message(text);
    line.receiver?.message(media({ payload: 'fw==' }));
    line.receiver?.message(media({ payload: Buffer.alloc(20 * 1024, 0x7f).toString('base64') }));
    await run(office, [line]);
    const kinds = office.logs.filter(({ event }) => event === 'WS_BAD_MESSAGE').map(({ fields }) => fields['kind']);
    expect(new Set(kinds).size, 'each kind once').toBe(kinds.length);
    expect(kinds.length).toBeGreaterThanOrEqual(7);
    expect(await office.metrics.text()).toMatch(/kav_media_bad_messages_total\{kind="not-json"\} 2/);
    expect(line.end).toBe('caller');
    expect(line.caller.ear.spans, 'the conversation went on').toHaveLength(2);
  });

  test('whose socket dies: Twilio is told to connect the caller again', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [wait(60_000)]);
    line.phone.start();
    await office.clock.advance(2_000);
    line.receiver?.closed(1006, '');
    await office.clock.advance(1_000);
    expect(office.desk.activeCalls).toBe(0);
    expect((await afterStream(office, line)).type).toBe('resume');
  });

  test('that falls silent is given up after 10 s', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [wait(60_000)]);
    line.phone.start();
    await office.clock.advance(2_000);
    line.phone.linkClosed(1006, ''); // the phone is gone, our socket does not know
    await office.clock.advance(12_000);
    expect(office.count('MEDIA_SILENT')).toBe(1);
    expect(office.desk.activeCalls).toBe(0);
  });

  test('that loses, duplicates and delays frames: the conversation goes on', async () => {
    const net = {
      latencyMs: 40,
      jitterMs: 60,
      lossRate: 0.05,
      duplicateRate: 0.02,
      stalls: [{ atMs: 4_000, forMs: 900 }],
    };
    const { line } = await wholeCall([waitForAgent, say(1_500), waitForAgent, say(1_500), waitForAgent, hangUp], {
      net,
    });
    expect(line.end).toBe('caller');
    expect(line.caller.ear.spans.length).toBeGreaterThanOrEqual(3);
  });

  test('that echoes no marks at all: the floor still changes hands', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [wait(9_000), say(1_500), wait(12_000), hangUp]);
    line.phone.start();
    const { receiver } = line;
    expect(receiver).toBeUndefined();
    await office.clock.advance(100);
    const real = line.receiver!;
    line.receiver = {
      message: (text) => {
        if (!text.includes('"mark"')) real.message(text);
      },
      closed: (code, reason) => real.closed(code, reason),
    };
    await run(office, [line]);
    expect(line.caller.ear.spans.length).toBeGreaterThanOrEqual(2);
  });
});

describe('tokens', () => {
  test('one stream per call, once, and only its own', async () => {
    const office = new Office();
    const [one, two] = ['1', '2'].map((n) => ({
      callSid: `CA${n.repeat(32)}`,
      accountSid: `AC${'0'.repeat(32)}`,
      from: '+1',
      to: '+2',
    }));
    const transport = { send: () => {}, close: () => {}, bufferedBytes: 0 };
    const tokenOf = async (call: typeof one): Promise<string> => {
      const opened = await office.desk.open(call!);
      return opened.type === 'accepted' ? opened.token : '';
    };
    const [first, second] = [await tokenOf(one), await tokenOf(two)];
    expect(await tokenOf(one), 'a repeated webhook gets the same token').toBe(first);
    const attach = (token: string, call = one!) =>
      office.desk.attach({ streamSid: 'MZ1', callSid: call.callSid, accountSid: call.accountSid, token }, transport);
    expect(attach('')).toEqual({ type: 'refused', reason: 'token-missing' });
    expect(attach('guess')).toEqual({ type: 'refused', reason: 'token-unknown' });
    expect(attach(second)).toEqual({ type: 'refused', reason: 'token-of-other-call' });
    expect(await attach(first)).toMatchObject({ type: 'attached' });
    expect(attach(first)).toEqual({ type: 'refused', reason: 'token-used' });
    office.clock.advanceTo(61_000);
    expect(attach(second, two!)).toEqual({ type: 'refused', reason: 'token-expired' });
    await office.desk.close();
  });

  test.each([
    ['admitted', { type: 'admitted' }, { type: 'accepted' }],
    ['refused', { type: 'refused', reason: 'full', limit: 'node' }, { type: 'refused', reason: 'full' }],
  ] as const)(
    'a webhook that is repeated before the other nodes have answered is %s with the first',
    async (_, said, is) => {
      const verdict = Promise.withResolvers<Admission>();
      const office = new Office({ cluster: { ...createSoloCluster('test'), admit: () => verdict.promise } });
      const call = { callSid: `CA${'1'.repeat(32)}`, accountSid: 'AC', from: '+1', to: '+2' };
      const answers = [office.desk.open(call), office.desk.open(call)];
      await office.clock.advance(100);
      expect(await Promise.race([...answers, 'no answer yet'])).toBe('no answer yet');
      verdict.resolve(said);
      const [first, repeat] = await Promise.all(answers);
      expect(first).toMatchObject(is);
      expect(repeat).toEqual(first);
      expect(office.facts.filter(({ type }) => type === 'call-opened')).toHaveLength(is.type === 'accepted' ? 1 : 0);
      await office.desk.close();
    },
  );

  test('draining: new callers are refused, running calls finish', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [waitForAgent, say(1_200), waitForAgent, hangUp]);
    line.phone.start();
    await office.clock.advance(1_000);
    const drained = office.desk.drain();
    expect(
      await office.desk.open({ callSid: `CA${'9'.repeat(32)}`, accountSid: 'AC', from: '', to: '' }),
    ).toMatchObject({
      type: 'refused',
      reason: 'draining',
    });
    await run(office, [line]);
    await drained;
    expect(line.end).toBe('caller');
    expect(line.caller.ear.spans).toHaveLength(2);
  });

  test('at the end of a drain the callers that are left hear an apology', async () => {
    const office = new Office();
    await office.runtime.prepare();
    const line = new Line(office, 1, [wait(60_000)]);
    line.phone.start();
    await office.clock.advance(4_000);
    const ended = office.desk.endCalls();
    await run(office, [line]);
    await ended;
    expect(line.closedWith).toEqual({ code: 1000, reason: 'draining' });
    expect(line.caller.ear.spans, 'the greeting and the apology').toHaveLength(2);
  });
});
