import { describe, expect, test } from 'vitest';
import { babble } from '../../src/audio/babble.ts';
import { encodeMulaw } from '../../src/audio/mulaw.ts';
import type { OperatorAction, OperatorOutcome } from '../../src/call/operator-action.ts';
import { parseMarkName } from '../../src/call/playout-queue.ts';
import { OPERATOR_SPOKE } from '../../src/core/call-event.ts';
import type { Brain, BrainRequest } from '../../src/providers/contracts.ts';
import { FAKE_REPLY } from '../../src/providers/fake/brain.ts';
import { FAKE_TRANSCRIPT } from '../../src/providers/fake/speech-to-text.ts';
import type { CallerStep } from '../../src/simulator/caller.ts';
import { hangUp, Line, Office, type OfficeOptions, run, say, wait, waitForAgent } from './whole-call.ts';

const GREETING = 'Good morning, this is the test office.';
const ANSWER = FAKE_REPLY.join('').trim();

/** A call into which operators step, second by second of the line's clock. */
class Stepping {
  readonly office: Office;
  readonly line: Line;
  #ids = 0;

  constructor(office: Office, steps: readonly CallerStep[]) {
    this.office = office;
    this.line = new Line(office, 1, steps);
    this.line.phone.start();
  }

  static async begin(steps: readonly CallerStep[], options: OfficeOptions = {}): Promise<Stepping> {
    const office = new Office(options);
    await office.runtime.prepare();
    return new Stepping(office, steps);
  }

  act(action: OperatorAction, by = 'ann', actionId = `id-${++this.#ids}`): OperatorOutcome | undefined {
    return this.#side?.act({ actionId, by, action });
  }

  /** The operator speaks into a microphone, 100 ms at a time. */
  async speak(ms: number, by = 'ann'): Promise<void> {
    const audio = encodeMulaw(Int16Array.from(babble(ms, 16_000, ms)));
    for (let at = 0; at < audio.length; at += 800) {
      this.#side?.speak(by, audio.slice(at, at + 800));
      await this.pass(100);
    }
  }

  async present(ms: number, by = 'ann'): Promise<void> {
    for (let at = 0; at < ms; at += 1_000) {
      this.#side?.present(by);
      await this.pass(1_000);
    }
  }

  pass(ms: number): Promise<void> {
    return this.office.clock.advance(ms);
  }

  async end(): Promise<void> {
    await run(this.office, [this.line]);
  }

  get turns() {
    return this.office.facts.flatMap((fact) => (fact.type === 'turn' ? [[fact.who, fact.text] as const] : []));
  }

  get acts() {
    return this.office.facts.flatMap((fact) => (fact.type === 'operator-act' ? [[fact.act, fact.by] as const] : []));
  }

  get #side() {
    return this.office.desk.operatorsOf(this.line.callSid);
  }
}

/** A brain that notes what it is asked. */
function listeningBrain(requests: BrainRequest[]): () => Brain {
  return () => ({
    name: 'listening',
    open: () => ({
      async *respond(request) {
        if (request.opening) return;
        requests.push(request);
        yield { type: 'text', text: 'As you wish.' };
      },
      close: async () => {},
    }),
    close: async () => {},
  });
}

describe('an operator who has something said', () => {
  test('hears it said as soon as nobody speaks, in its own words, and the brain knows of it', async () => {
    const requests: BrainRequest[] = [];
    const call = await Stepping.begin([waitForAgent, wait(6_000), say(1_200), waitForAgent, hangUp], {
      brain: listeningBrain(requests),
    });
    await call.pass(500);
    expect(call.act({ type: 'say', text: 'We have moved. The new address is 5 Mill Road.' })).toEqual({ type: 'done' });
    await call.end();
    expect(call.turns).toEqual([
      ['agent', GREETING],
      ['operator', 'We have moved. The new address is 5 Mill Road.'],
      ['caller', FAKE_TRANSCRIPT],
      ['agent', 'As you wish.'],
    ]);
    expect(requests[0]?.history).toContainEqual({
      who: 'operator',
      text: 'We have moved. The new address is 5 Mill Road.',
    });
    expect(call.acts).toEqual([['say', 'ann']]);
  });

  test('has a caller who is owed an answer answered first', async () => {
    const call = await Stepping.begin([waitForAgent, say(1_200), waitForAgent, wait(4_000), hangUp]);
    await call.pass(4_500);
    call.act({ type: 'say', text: 'And we are open on Friday.' });
    await call.end();
    expect(call.turns.map(([who]) => who)).toEqual(['agent', 'caller', 'agent', 'operator']);
  });

  test('is heard once, however often the same request comes', async () => {
    const call = await Stepping.begin([waitForAgent, wait(8_000), hangUp]);
    await call.pass(3_500);
    expect(call.act({ type: 'say', text: 'Hello again.' }, 'ann', 'one')).toEqual({ type: 'done' });
    expect(call.act({ type: 'say', text: 'Hello again.' }, 'ann', 'one')).toEqual({ type: 'done-before' });
    await call.end();
    expect(call.turns.filter(([who]) => who === 'operator')).toHaveLength(1);
  });
});

describe('an operator who whispers', () => {
  test('is heard by the brain from its next answer on, and by nobody else', async () => {
    const requests: BrainRequest[] = [];
    const call = await Stepping.begin([waitForAgent, say(1_200), waitForAgent, say(1_200), waitForAgent, hangUp], {
      brain: listeningBrain(requests),
    });
    await call.pass(1_000);
    call.act({ type: 'whisper', text: 'The caller is a regular.' });
    await call.end();
    const notes = requests.map(({ history }) => history.map((turn) => turn.who));
    expect(notes[0]).toEqual(['note', 'agent', 'caller']);
    expect(requests.every(({ history }) => history.some(({ who }) => who === 'note'))).toBe(true);
    expect(call.turns.map(([, text]) => text).join(' ')).not.toContain('regular');
  });
});

describe('an operator who takes the call over', () => {
  test('silences the agent at once, is heard by the caller, and gives it back without a second greeting', async () => {
    const call = await Stepping.begin([waitForAgent, wait(7_000), say(1_200), waitForAgent, hangUp]);
    await call.pass(1_500); // in the greeting
    expect(call.act({ type: 'take-over' })).toEqual({ type: 'done' });
    await call.pass(60); // what was on its way has come
    const from = call.line.received.length;
    await call.pass(1_000);
    const media = (messages: readonly { readonly text: string }[]) =>
      messages.filter(({ text }) => text.includes('"media"')).length;
    expect(media(call.line.received.slice(from)), 'the agent is silent').toBe(0);
    await call.speak(2_000);
    expect(media(call.line.received.slice(from)), 'two seconds of frames').toBeGreaterThan(90);
    await call.present(6_000);
    expect(call.act({ type: 'give-back' })).toEqual({ type: 'done' });
    await call.end();
    const [first, ...rest] = call.turns;
    expect(first?.[0]).toBe('agent');
    expect(GREETING.startsWith(first?.[1] ?? '?')).toBe(true);
    expect(rest).toEqual([
      ['operator', OPERATOR_SPOKE],
      ['caller', FAKE_TRANSCRIPT],
      ['agent', ANSWER],
    ]);
    expect(call.acts).toEqual([
      ['take-over', 'ann'],
      ['give-back', 'ann'],
    ]);
    expect(call.line.end).toBe('caller');
  });

  test('has the caller written down meanwhile, and answered only after', async () => {
    const call = await Stepping.begin([waitForAgent, say(1_200), wait(30_000)]);
    await call.pass(2_900);
    call.act({ type: 'take-over' });
    await call.present(4_000);
    expect(call.turns.at(-1)).toEqual(['caller', FAKE_TRANSCRIPT]);
    call.act({ type: 'give-back' });
    await call.pass(4_000);
    expect(call.turns.at(-1)).toEqual(['agent', ANSWER]);
  });

  test('has it alone: the second is refused, and so is what needs the agent', async () => {
    const call = await Stepping.begin([waitForAgent, wait(20_000), hangUp]);
    await call.pass(3_500);
    expect(call.act({ type: 'take-over' }, 'ann')).toEqual({ type: 'done' });
    expect(call.act({ type: 'take-over' }, 'ben')).toEqual({ type: 'refused', code: 'taken' });
    expect(call.act({ type: 'give-back' }, 'ben')).toEqual({ type: 'refused', code: 'taken' });
    expect(call.act({ type: 'say', text: 'Hello.' }, 'ann')).toEqual({ type: 'refused', code: 'taken' });
    expect(call.act({ type: 'whisper', text: 'Be kind.' }, 'ben')).toEqual({ type: 'done' });
    await call.speak(1_000, 'ben');
    expect(call.act({ type: 'give-back' }, 'ann')).toEqual({ type: 'done' });
    expect(call.act({ type: 'give-back' }, 'ann')).toEqual({ type: 'refused', code: 'not-taken' });
    expect(
      call.turns.some(([who]) => who === 'operator'),
      'nobody else is heard',
    ).toBe(false);
  });

  test('and is gone gives it back after some seconds, with a word to the caller', async () => {
    const call = await Stepping.begin([waitForAgent, wait(20_000), hangUp]);
    await call.pass(3_500);
    call.act({ type: 'take-over' });
    await call.speak(1_000);
    await call.pass(5_000);
    expect(call.acts).toHaveLength(1);
    await call.pass(6_000);
    expect(call.acts.at(-1)).toEqual(['give-back', 'ann']);
    expect(call.turns.at(-1)).toEqual(['agent', 'My colleague had to leave the line, so I will go on from here.']);
  });

  test('leaves no mark that the agent could take for its own', async () => {
    const call = await Stepping.begin([waitForAgent, wait(20_000), hangUp]);
    await call.pass(3_500);
    call.act({ type: 'take-over' });
    await call.speak(3_000);
    const marks = call.line.received.flatMap(({ text }) => {
      const { mark } = JSON.parse(text) as { readonly mark?: { readonly name: string } };
      return mark ? [parseMarkName(mark.name)?.reply] : [];
    });
    expect(marks).toContain(999_999_998);
    const replies = call.office.journals.get(call.line.callSid)!.entries.map(({ event }) => event);
    expect(replies.some((event) => event.type === 'playout-start' && event.reply === 999_999_998)).toBe(false);
    await call.end();
    expect(call.office.count('CALL_BUG')).toBe(0);
  });
});

describe('an operator who hangs up', () => {
  test('has the agent say goodbye first', async () => {
    const call = await Stepping.begin([waitForAgent, wait(60_000)]);
    await call.pass(3_500);
    expect(call.act({ type: 'hang-up' })).toEqual({ type: 'done' });
    expect(call.act({ type: 'hang-up' }, 'ben')).toEqual({ type: 'refused', code: 'leaving' });
    await call.end();
    expect(call.turns.at(-1)).toEqual(['agent', 'We have to end the call here. Thank you for calling. Goodbye.']);
    expect(call.office.facts.at(-1)).toMatchObject({ type: 'call-ended', reason: 'operator-hung-up' });
    expect(call.line.end).toBe('server');
  });

  test('after taking over has said goodbye, and the line closes at once', async () => {
    const call = await Stepping.begin([waitForAgent, wait(60_000)]);
    await call.pass(3_500);
    call.act({ type: 'take-over' });
    await call.speak(1_000);
    call.act({ type: 'hang-up' });
    await call.pass(500);
    expect(call.line.closedWith).toMatchObject({ code: 1000, reason: 'operator-hung-up' });
    expect(call.turns.at(-1)).toEqual(['operator', OPERATOR_SPOKE]);
  });
});

describe('a call without a recording', () => {
  test('has none to mute', async () => {
    const call = await Stepping.begin([waitForAgent, wait(5_000), hangUp]);
    await call.pass(1_000);
    expect(call.act({ type: 'mute-recording', muted: true })).toEqual({ type: 'refused', code: 'not-recorded' });
  });
});
