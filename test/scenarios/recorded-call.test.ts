import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rmsOfFrame } from '../../src/audio/level.ts';
import type { Recorders } from '../../src/call/session-recording.ts';
import { type ToolCall, tool } from '../../src/call/tool.ts';
import type { Brain } from '../../src/providers/contracts.ts';
import { flowBrain } from '../../src/providers/flow/brain.ts';
import { flow } from '../../src/providers/flow/flow.ts';
import type { Recorder } from '../../src/recording/recorder.ts';
import { Bench } from '../../src/recording/recording.fixture.ts';
import {
  afterStream,
  hangUp,
  Line,
  Office,
  type OfficeOptions,
  run,
  say,
  sayOver,
  wait,
  waitForAgent,
} from './whole-call.ts';

const CONSENT = 'This call is recorded.';

/** Real recorders whose segments end in memory. */
class MemoryRecorders implements Recorders {
  readonly benches: Bench[] = [];
  readonly erased: Recorder[] = [];

  open(start: Parameters<Recorders['open']>[0]): Recorder {
    const { onSegment, segmentMs, startedAtMs } = start;
    const bench = new Bench({ onSegment, segmentMs, startedAtMs });
    this.benches.push(bench);
    return bench.recorder;
  }

  async erase(recorder: Recorder): Promise<void> {
    this.erased.push(recorder);
  }
}

async function recordedCall(steps: ConstructorParameters<typeof Line>[2], options: OfficeOptions = {}) {
  const recorders = new MemoryRecorders();
  const office = new Office({ recording: { consent: CONSENT, segmentSeconds: 10 }, recorders, ...options });
  await office.runtime.prepare();
  const line = new Line(office, 1, steps);
  line.phone.start();
  await run(office, [line]);
  return { office, line, recorders, consents: consentsOf(office) };
}

const consentsOf = (office: Office) => office.facts.flatMap((fact) => (fact.type === 'consent' ? [fact.given] : []));

/** Where there is sound in a channel, in whole tenths of a second of the call. */
function soundIn(audio: Uint8Array): Set<number> {
  const loud = new Set<number>();
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    if (rmsOfFrame(audio.subarray(at, at + 160)) > 300) loud.add(Math.floor(at / 800));
  }
  return loud;
}

const between = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The consent line takes 22 characters of 60 ms each. */
const CONSENT_TENTHS = 14;

describe('a call of an agent that records', () => {
  test('begins with the consent line, which nothing interrupts, and nothing before its end is kept', async () => {
    const steps = [sayOver(900, 200), waitForAgent, say(1_200), waitForAgent, hangUp];
    const { consents, office, recorders } = await recordedCall(steps);
    const { left, right } = recorders.benches[0]!.heard();
    expect(consents).toEqual([true]);
    expect(
      office.facts.find(({ type }) => type === 'consent'),
      'which version of the line',
    ).toMatchObject({
      line: { text: CONSENT, sha256: createHash('sha256').update(CONSENT).digest('hex') },
    });
    expect(office.facts.find(({ type }) => type === 'turn')).toMatchObject({
      text: expect.stringMatching(/^This call/),
    });
    const [caller, agent] = [soundIn(left), soundIn(right)];
    expect(between(0, CONSENT_TENTHS).filter((tenth) => caller.has(tenth) || agent.has(tenth))).toEqual([]);
    expect(caller.size).toBeGreaterThan(8);
    expect(agent.size).toBeGreaterThan(20);
    expect(office.facts.filter(({ type }) => type === 'recording-segment').length).toBeGreaterThan(0);
  });

  test('keeps nothing of a caller who hangs up during the line', async () => {
    const { consents, recorders } = await recordedCall([wait(600), hangUp]);
    expect(consents).toEqual([]);
    expect(recorders.benches[0]!.store.segments).toEqual([]);
  });

  test('goes on in a second stream without a second line', async () => {
    const recorders = new MemoryRecorders();
    const office = new Office({ recording: { consent: CONSENT, segmentSeconds: 10 }, recorders });
    await office.runtime.prepare();
    const first = new Line(office, 1, [waitForAgent, wait(60_000)]);
    first.phone.start();
    await office.clock.advance(8_000);
    first.cut();
    await office.clock.advance(300);
    const answer = await afterStream(office, first);
    const token = answer.type === 'resume' ? answer.token : '';
    const second = new Line(office, 1, [waitForAgent, say(1_200), wait(500), hangUp], {
      resumes: { token, attempt: 2 },
    });
    second.phone.start();
    await run(office, [second]);
    expect(consentsOf(office)).toEqual([true]);
    const agent = soundIn(recorders.benches[1]!.heard().right);
    expect(Math.min(...agent), 'on the time of the call').toBeGreaterThanOrEqual(80);
    const said = office.facts.flatMap((fact) => (fact.type === 'turn' ? [fact.text] : [])).join(' ');
    expect(said.split(CONSENT)).toHaveLength(2);
  });

  test('leaves out what a tool must not keep, and forgets everything when the caller refuses', async () => {
    const toolBrain = (name: string): Brain => ({
      name: 'planted',
      open: () => ({
        async *respond({ history, opening }) {
          if (opening) return;
          if (history.some(({ who }) => who === 'tool'))
            return void (yield { type: 'text', text: 'Very well, thank you.' });
          yield { type: 'tool-call', id: '1', name, arguments: '{}' };
        },
        close: async () => {},
      }),
      close: async () => {},
    });
    let seen: ToolCall['recording'];
    const input = z.object({});
    const hold = tool({ description: 'Holds.', input, run: (_, { recording }) => void recording?.pause() });
    const refuse = tool({
      description: 'Refuses.',
      input,
      run: (_, { recording }) => {
        seen = recording;
        recording?.refuse();
      },
    });
    const steps = [waitForAgent, say(1_200), waitForAgent, say(1_000), waitForAgent, hangUp];
    const held = await recordedCall(steps, { brain: () => toolBrain('hold'), tools: { hold } });
    expect(
      soundIn(held.recorders.benches[0]!.heard().right).size,
      'a forgotten pause ends with its tool',
    ).toBeGreaterThan(30);
    const refused = await recordedCall(steps, { brain: () => toolBrain('refuse'), tools: { refuse } });
    expect(seen).toBeDefined();
    expect(refused.consents).toEqual([true, false]);
    const lines = refused.office.facts.flatMap((fact) => (fact.type === 'consent' ? [fact.line?.text] : []));
    expect(lines).toEqual([CONSENT, CONSENT]);
    expect(refused.recorders.erased).toHaveLength(1);
  });

  test('is silent while a flow asks for what is sensitive', async () => {
    const pay = flow({
      name: 'pay',
      language: 'en-US',
      opening: '',
      questions: [
        { slot: 'card', kind: 'text', ask: 'What is the number of your card?', sensitive: true },
        { slot: 'day', kind: 'text', ask: 'And for which day may we book it?' },
      ],
      closing: 'Goodbye.',
    });
    const steps = [waitForAgent, say(1_200), waitForAgent, hangUp];
    const { line, recorders } = await recordedCall(steps, { brain: () => flowBrain(pay) });
    const [asked, secondly] = line.caller.ear.spans.slice(-2);
    const { left, right } = recorders.benches[0]!.heard();
    const answer = line.caller.utterances[0]!;
    const tenthsOf = (span: { readonly from: number; readonly to: number }) =>
      between(Math.ceil(span.from / 100) + 1, Math.floor(span.to / 100) - 1);
    expect(tenthsOf(answer).length).toBeGreaterThan(5);
    expect(
      tenthsOf(answer).filter((tenth) => soundIn(left).has(tenth)),
      'the number',
    ).toEqual([]);
    expect(asked).toBeDefined();
    expect(
      tenthsOf(secondly!).filter((tenth) => soundIn(right).has(tenth)).length,
      'the next question',
    ).toBeGreaterThan(5);
  });
});
