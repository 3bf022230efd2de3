import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import type { LogFields } from '../../src/observe/log.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import { FAKE_REPLY } from '../../src/providers/fake/brain.ts';
import { FAKE_TRANSCRIPT } from '../../src/providers/fake/speech-to-text.ts';
import { createScripted } from '../../src/providers/scripted/client.ts';
import { hangUp, Line, Office, run, say, sayOver, wait, waitForAgent, wholeCall } from './whole-call.ts';

const answer = FAKE_REPLY.join('').trim();

describe('a conversation', () => {
  test('greeting, question, answer, hang-up: heard as it was said, and nothing is left behind', async () => {
    const { office, line, journal } = await wholeCall([waitForAgent, say(1_500), waitForAgent, hangUp]);
    const turns = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'turn-finished' ? [e.turn] : [])),
    );
    expect(turns.map(({ who, text }) => [who, text])).toEqual([
      ['agent', 'Good morning, this is the test office.'],
      ['caller', FAKE_TRANSCRIPT],
      ['agent', answer],
    ]);
    expect(line.phone.warnings).toEqual([]);
    expect(line.phone.stats.underruns).toBe(0);
    expect(office.desk.activeCalls).toBe(0);
    office.clock.advanceTo(office.clock.now() + 11 * 60_000);
    expect(office.clock.alarms, 'no timer left').toBe(0);
  });

  test('the log names the states in their order', async () => {
    const { office } = await wholeCall([waitForAgent, say(1_500), waitForAgent, hangUp]);
    const states = office.logs.filter(({ event }) => event === 'STATE').map(({ fields }) => fields['state']);
    expect(states).toEqual(['THINKING', 'SPEAKING', 'LISTENING', 'THINKING', 'SPEAKING', 'LISTENING']);
    for (const event of ['ASR_TEXT', 'TTS_SUCCESS', 'WS_TX', 'WS_STOP', 'CALL_END'])
      expect(office.count(event), event).toBeGreaterThan(0);
  });

  test('the journal replays to the same decisions, byte for byte', async () => {
    const { journal } = await wholeCall([
      waitForAgent,
      say(900),
      sayOver(900, 1_200),
      waitForAgent,
      say(700),
      waitForAgent,
      hangUp,
    ]);
    const steps = [...replayJournal(journal)];
    expect(steps.length).toBeGreaterThan(20);
    expect(steps.filter(({ same }) => !same)).toEqual([]);
  });

  test('what callers say and their numbers are in no log outside pii', async () => {
    const { office } = await wholeCall([waitForAgent, say(1_500), waitForAgent, hangUp]);
    const visible = JSON.stringify(
      office.logs.map(({ fields: { pii: _, ...rest } }: { readonly fields: LogFields }) => rest),
    );
    for (const secret of ['501234567', 'opening hours', 'nine until six', 'Good morning'])
      expect(visible).not.toContain(secret);
    expect(JSON.stringify(office.logs)).toContain('opening hours');
  });

  test('the first greeting frame leaves within 20 ms of start when it is already spoken', async () => {
    const { line } = await wholeCall([waitForAgent, hangUp], { net: { latencyMs: 0 } });
    expect(line.received[0]!.at).toBeLessThanOrEqual(20);
  });

  test('a hundred calls at once do not hear each other', { timeout: 60_000 }, async () => {
    const office = new Office();
    await office.runtime.prepare();
    const lines = Array.from(
      { length: 100 },
      (_, i) => new Line(office, i + 1, [waitForAgent, say(600 + i * 5), waitForAgent, hangUp]),
    );
    for (const line of lines) line.phone.start();
    await run(office, lines);
    for (const line of lines) {
      expect(line.phone.warnings).toEqual([]);
      expect(line.caller.ear.spans.length).toBeGreaterThanOrEqual(2);
    }
    expect(office.journals.size).toBe(100);
  });
});

describe('barge-in', () => {
  const interrupted = () => wholeCall([waitForAgent, say(1_200), sayOver(1_500, 1_500), waitForAgent, hangUp]);

  test('the agent is silent within 250 ms of the first sound, and nothing of the reply comes after the clear', async () => {
    const { line, journal } = await interrupted();
    const silent = journal.entries.find(({ effects }) => effects.some(({ type }) => type === 'playout-pause'))!;
    const { interruptions } = { interruptions: line.caller.utterances.filter(({ kind }) => kind === 'say-over') };
    const clear = line.received.find(({ text }) => text.includes('"clear"'))!;
    expect(clear.at - 60 - interruptions[0]!.from).toBeLessThanOrEqual(250);
    const later = line.received.slice(line.received.indexOf(clear) + 1);
    const nextReply = later.findIndex(({ text }) => text.includes('"mark"'));
    const framesOfOld = later.slice(0, nextReply).filter(({ at }) => at < clear.at + 400);
    expect(framesOfOld, 'the caller is still speaking: nothing may be sent').toEqual([]);
    expect(silent.event.type, 'on the edge itself, not by a timer').toBe('speech-sustained');
    expect(journal.entries.some(({ effects }) => effects.some(({ type }) => type === 'barge-in'))).toBe(true);
  });

  test('a noise over the agent costs a moment of silence and no word', async () => {
    const { line, journal, office } = await wholeCall(
      [waitForAgent, say(1_200), sayOver(300, 1_500), wait(9_000), hangUp],
      {
        stt: (clock) => createScripted(testContext(clock), { lines: ['are you open', ''] }),
      },
    );
    const types = journal.entries.flatMap(({ effects }) => effects.map(({ type }) => type));
    expect(types.filter((type) => /playout-(?:pause|resume)|barge-in/.test(type))).toEqual([
      'playout-pause',
      'playout-resume',
    ]);
    const turns = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'turn-finished' ? [e.turn] : [])),
    );
    expect(turns.at(-1)).toMatchObject({ who: 'agent', text: answer });
    expect(turns.at(-1)).not.toHaveProperty('interrupted');
    const reply = line.caller.ear.spans.slice(1);
    const heardMs = reply.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(Math.abs(heardMs - answer.length * 60), 'no word is repeated or lost').toBeLessThan(350);
    expect(line.phone.warnings).toEqual([]);
    expect(office.count('BARGE_IN')).toBe(0);
  });

  test('the transcript holds what was heard, to the word in progress', async () => {
    const { line, journal } = await interrupted();
    const turn = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'turn-finished' && e.turn.interrupted ? [e.turn] : [])),
    )[0]!;
    const reply = line.caller.ear.spans[1]!;
    const heardMs = reply.to - reply.from;
    const wordsHeard = answer
      .slice(0, Math.ceil(heardMs / 60))
      .trim()
      .split(/\s+/).length;
    expect(turn.intended?.startsWith(turn.text)).toBe(true);
    expect(
      Math.abs(turn.text.split(/\s+/).length - wordsHeard),
      `${turn.text} after ${heardMs} ms`,
    ).toBeLessThanOrEqual(1);
  });

  test('a cough, in which nobody finds a word, does not interrupt', async () => {
    const cough = { type: 'cough' } as const;
    const { office } = await wholeCall([waitForAgent, say(1_200), wait(2_500), cough, waitForAgent, hangUp], {
      settings: { bargeInMs: 500 },
      stt: (clock) => createScripted(testContext(clock), { lines: ['are you open', ''] }),
    });
    expect(office.count('BARGE_IN')).toBe(0);
  });

  test('BARGE_IN=false: the agent speaks to the end', async () => {
    const { office, line } = await wholeCall([waitForAgent, say(1_200), sayOver(900, 1_000), waitForAgent, hangUp], {
      settings: { bargeIn: false },
    });
    expect(office.count('BARGE_IN')).toBe(0);
    expect(line.received.some(({ text }) => text.includes('"clear"'))).toBe(false);
  });
});

describe('silence', () => {
  test('a caller who never speaks hears two prompts and a goodbye, within 45 s', async () => {
    const { line, journal } = await wholeCall([wait(120_000)]);
    const lines = journal.entries.flatMap(({ effects }) =>
      effects.flatMap((e) => (e.type === 'line-start' ? [e.line] : [])),
    );
    expect(lines).toEqual(['no-input', 'no-input', 'goodbye']);
    expect(line.end).toBe('server');
    expect(line.closedWith).toEqual({ code: 1000, reason: 'no-input' });
    expect(line.phone.streamMs).toBeLessThan(45_000 + 5_000);
  });

  test('the caller hears all of the goodbye before the line closes', async () => {
    const { line } = await wholeCall([wait(120_000)]);
    const last = line.caller.ear.spans.at(-1)!;
    expect(last.to - last.from).toBeGreaterThan(1_000);
  });
});
