/**
 * Canaries: numbers, words and keys that are found nowhere else, in whole calls on a virtual clock and over real sockets.
 * None of them may be in a log line outside `pii`, in the metrics, or in a span.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { tool } from '../src/call/tool.ts';
import { ProviderError } from '../src/core/errors.ts';
import type { Log, LogFields } from '../src/observe/log.ts';
import { createLog } from '../src/observe/pino-log.ts';
import type { Span, Traces } from '../src/observe/traces.ts';
import type { Brain, BrainEvent, SpeechToText } from '../src/providers/contracts.ts';
import { createCannedRecogniser } from '../src/providers/scripted/canned-session.ts';
import type { VirtualClock } from '../src/simulator/virtual-clock.ts';
import { hangUp, Line, Office, run, say, sayOver, waitForAgent } from './scenarios/whole-call.ts';

const CANARIES = {
  said: 'zanzibarquokka',
  spoken: 'pelicanxylophone',
  argument: 'wombatcassowary',
  result: 'axolotlmarimba',
  error: 'numbatglockenspiel',
  slot: 'okapibassoon',
  digits: '4580458045804580',
  // Those of the telephone in `whole-call.ts`.
  from: '972501234567',
  to: '972771234567',
} as const;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const found = (text: string, canaries: Readonly<Record<string, string>>): string[] =>
  Object.entries(canaries).flatMap(([name, canary]) => (text.includes(canary) ? [name] : []));

const withoutPii = ({ pii: _, ...fields }: LogFields): object => fields;

/** Keeps every name and attribute that would leave this machine. */
function keepSpans(kept: string[]): Traces {
  const begin = (name: string, attributes?: object): Span => {
    kept.push(`${name} ${JSON.stringify(attributes ?? {})}`);
    return { traceId: undefined, child: begin, end: (more) => void kept.push(JSON.stringify(more ?? {})) };
  };
  return { start: begin, close: async () => {} };
}

const hears = (clock: VirtualClock): SpeechToText =>
  createCannedRecogniser({
    name: 'canned',
    caveat: '',
    clock,
    textOf: (utterance) => (utterance === 1 ? '' : `my card is ${CANARIES.said} ${utterance}`),
    finalMs: 50,
  });

/** Uses both tools, then answers, then fails. */
function brain(): Brain {
  let answers = 0;
  async function* respond({
    history,
    opening,
  }: Parameters<ReturnType<Brain['open']>['respond']>[0]): AsyncGenerator<BrainEvent> {
    if (opening) return;
    if (history.at(-1)?.who === 'tool') {
      yield { type: 'text', text: `I wrote down ${CANARIES.spoken}. ` };
      yield { type: 'outcome', outcome: { status: 'completed', flow: 'note', slots: { name: CANARIES.slot } } };
      return;
    }
    if (++answers > 2) {
      throw new ProviderError(
        { provider: 'planted', operation: 'brain', code: 'provider-failed', retryable: true },
        'it is down',
      );
    }
    const args = JSON.stringify({ text: CANARIES.argument });
    yield { type: 'tool-call', id: 'a', name: 'good', arguments: args };
    yield { type: 'tool-call', id: 'b', name: 'bad', arguments: args };
  }
  return { name: 'planted', open: () => ({ respond, close: async () => {} }), close: async () => {} };
}

const input = z.object({ text: z.string() });
const tools = {
  good: tool({ description: 'Works.', input, run: async () => ({ told: CANARIES.result }) }),
  bad: tool({
    description: 'Fails.',
    input,
    run: async () => {
      throw new Error(CANARIES.error);
    },
  }),
};

test('a whole call leaves no number and no word where they do not belong', async () => {
  const spans: string[] = [];
  const office = new Office({ stt: hears, brain, tools, traces: keepSpans(spans) });
  await office.runtime.prepare();
  const line = new Line(office, 1, [
    waitForAgent,
    say(1_200),
    sayOver(700, 400),
    waitForAgent,
    { type: 'dtmf', digits: CANARIES.digits },
    say(1_200),
    waitForAgent,
    say(1_200),
    waitForAgent,
    hangUp,
  ]);
  line.phone.start();
  await run(office, [line]);
  const journal = JSON.stringify(office.journals.get(line.callSid));
  // The call has really met with all of them: else there was nothing to hide.
  expect(found(journal, CANARIES).sort()).toEqual(
    Object.keys(CANARIES)
      .filter((name) => name !== 'error')
      .sort(),
  );
  expect(office.count('TOOL_END')).toBeGreaterThan(1);
  expect(spans.join('\n')).toContain('tool bad');
  for (const { event, fields } of office.logs) {
    expect(found(JSON.stringify(withoutPii(fields)), CANARIES), `${event} ${JSON.stringify(fields)}`).toEqual([]);
  }
  expect(found(await office.metrics.text(), CANARIES)).toEqual([]);
  expect(found(spans.join('\n'), CANARIES)).toEqual([]);
  // What is under `pii` is left out by the real log unless it is switched on.
  const written: string[] = [];
  const log: Log = createLog({
    level: 'debug',
    pretty: false,
    pii: false,
    destination: { write: (text) => void written.push(text) },
  });
  for (const { event, fields } of office.logs) log.info(event as Parameters<Log['info']>[0], fields);
  expect(written.length).toBe(office.logs.length);
  expect(found(written.join(''), CANARIES)).toEqual([]);
});

test('a real server tells no key, no number and no word: not in its log, not in its metrics', {
  timeout: 90_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-canaries-'));
  folders.push(dataDir);
  const canaries = {
    token: 'c0ffee0123456789c0ffee0123456789',
    openai: 'sk-canary-quokka-0123456789',
    recording: '00112233445566778899aabbccddeeffcafe0123456789abcdef0123456789ab',
    from: '15559871234',
    to: '15551112222',
    digits: '4580458045',
    words: 'opening hours',
    answer: 'nine until six',
  };
  const { stderr, stdout } = await promisify(execFile)(
    process.execPath,
    [new URL('canary-server.ts', import.meta.url).pathname],
    {
      cwd: new URL('..', import.meta.url),
      maxBuffer: 64 << 20,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        HOST: '127.0.0.1',
        KAV_STT: 'fake',
        KAV_BRAIN: 'fake',
        KAV_TTS: 'fake',
        KAV_DATA_DIR: dataDir,
        LOG_LEVEL: 'debug',
        LOG_FORMAT: 'json',
        TWILIO_AUTH_TOKEN: canaries.token,
        OPENAI_API_KEY: canaries.openai,
        KAV_RECORDING_KEY: canaries.recording,
        CANARY_DIGITS: canaries.digits,
        CANARY_FROM: canaries.from,
        CANARY_TO: canaries.to,
      },
    },
  );
  for (const event of ['CALL_OPEN', 'STT_FINAL', 'TTS_SUCCESS', 'WEBHOOK_REFUSED']) {
    expect(stdout).toContain(`"event":"${event}"`);
  }
  for (const line of stdout.split('\n')) expect(found(line, canaries), line).toEqual([]);
  expect(stderr).toContain('kav_calls_total');
  expect(found(stderr, canaries)).toEqual([]);
});
