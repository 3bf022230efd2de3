import { beforeAll, describe, expect, test } from 'vitest';
import { testContext } from '../providers/conformance/context.ts';
import { createFlite } from '../providers/flite/client.ts';
import { createRandom } from '../simulator/random.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { EchoGuard } from './echo-guard.ts';
import { FRAME_BYTES, FRAME_MS } from './frame.ts';
import { rmsOfFrame } from './level.ts';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';
import { resample } from './resample.ts';

const TEXT =
  'Thank you for calling the office. We are open from nine until six. Tell me what you need, and I will find a time.';

async function speak(text: string, voice: string): Promise<Int16Array> {
  const flite = createFlite(testContext(new VirtualClock()));
  const session = flite.open({ callSid: 'CA00', language: 'en-US', voice });
  const pieces: number[] = [];
  for await (const chunk of session.synthesize(text, new AbortController().signal)) {
    if (chunk.encoding === 'pcm16') pieces.push(...resample(chunk.data, chunk.sampleRateHz, 8_000));
    else pieces.push(...decodeMulaw(chunk.data));
  }
  await flite.close();
  return Int16Array.from(pieces);
}

/** The line as Kav sees it: what comes back of the agent, with noise, and a caller who speaks from `callerFromMs` on. */
function play(
  agent: Int16Array,
  echo: { delayMs: number; gainDb: number } | undefined,
  caller?: Int16Array,
  callerFromMs = 0,
) {
  const guard = new EchoGuard();
  const random = createRandom(7);
  const gain = echo ? 10 ** (echo.gainDb / 20) : 0;
  const delay = Math.round((echo?.delayMs ?? 0) * 8);
  const out = encodeMulaw(agent);
  const frames: { readonly at: number; readonly rms: number; readonly isEcho: boolean; readonly isCaller: boolean }[] =
    [];
  for (let n = 0; n < Math.floor(agent.length / FRAME_BYTES); n++) {
    const at = n * FRAME_MS;
    guard.sent(out.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES), at);
    let callerEnergy = 0;
    const samples = Int16Array.from({ length: FRAME_BYTES }, (_, i) => {
      const t = n * FRAME_BYTES + i;
      const voice = caller?.[t - callerFromMs * 8] ?? 0;
      callerEnergy += voice * voice;
      return (agent[t - delay] ?? 0) * gain + voice + (random() - 0.5) * 40;
    });
    const frame = encodeMulaw(samples);
    const isCaller = Math.sqrt(callerEnergy / FRAME_BYTES) > 600;
    frames.push({ at, rms: rmsOfFrame(frame), isEcho: guard.isEcho(frame, at), isCaller });
  }
  return { guard, frames };
}

describe('the echo guard', () => {
  let agent: Int16Array;
  let caller: Int16Array;
  beforeAll(async () => {
    agent = await speak(TEXT, 'slt');
    caller = await speak('Excuse me, wait a moment please, I have a question about that.', 'rms');
  });

  const delays = [0, 50, 110, 200, 330, 400];
  const gains = [-6, -12, -20, -30];
  test.each(delays.flatMap((delayMs) => gains.map((gainDb) => ({ delayMs, gainDb }))))(
    'finds an echo of $gainDb dB after $delayMs ms within a second, and hears nobody in it',
    (echo) => {
      const { frames, guard } = play(agent, echo);
      expect(Math.abs(guard.delayMs! - echo.delayMs)).toBeLessThanOrEqual(40);
      const loud = frames.filter(({ at, rms }) => at > 1_000 + echo.delayMs && rms > 210);
      const missed = loud.filter(({ isEcho }) => !isEcho).length;
      expect(missed / Math.max(1, loud.length)).toBeLessThan(0.05);
    },
  );

  test('a caller over the echo is heard', () => {
    const { frames } = play(agent, { delayMs: 120, gainDb: -20 }, caller, 2_500);
    const over = frames.filter(({ at, isCaller }) => at > 2_500 && isCaller);
    expect(over.length).toBeGreaterThan(40);
    expect(over.filter(({ isEcho }) => !isEcho).length / over.length).toBeGreaterThan(0.8);
  });

  test('a caller hardly louder than the echo is heard, because it is another voice', () => {
    const loss = 10 ** (-3 / 20);
    const { frames } = play(
      agent,
      { delayMs: 120, gainDb: -6 },
      caller.map((value) => value * loss),
      2_500,
    );
    const over = frames.filter(({ at, isCaller }) => at > 2_500 && isCaller);
    expect(over.length).toBeGreaterThan(40);
    expect(over.filter(({ isEcho }) => !isEcho).length / over.length, 'without holes').toBeGreaterThan(0.8);
  });

  test('without an echo nothing of the caller is taken for one', () => {
    const { frames } = play(agent, undefined, caller, 1_500);
    expect(frames.filter(({ isCaller, isEcho }) => isCaller && isEcho)).toEqual([]);
  });

  test.each([0, 600])('noise on the line is no echo, when the agent has been silent for %i ms before', (silentMs) => {
    const guard = new EchoGuard();
    const random = createRandom(3);
    const out = encodeMulaw(agent);
    const first = silentMs / FRAME_MS;
    for (let n = 0; n < first + 150; n++) {
      const sent = out.subarray((n - first) * FRAME_BYTES, (n - first + 1) * FRAME_BYTES);
      if (n >= first) guard.sent(sent, n * FRAME_MS);
      const noise = encodeMulaw(Int16Array.from({ length: FRAME_BYTES }, () => (random() - 0.5) * 900));
      expect(guard.isEcho(noise, n * FRAME_MS)).toBe(false);
    }
    expect(guard.delayMs).toBeUndefined();
  });

  test('frames that the network delivers unevenly are compared in their order', () => {
    const guard = new EchoGuard();
    const random = createRandom(5);
    const out = encodeMulaw(agent);
    for (let n = 0; n < 150; n++) {
      guard.sent(out.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES), n * FRAME_MS);
      const back = Int16Array.from({ length: FRAME_BYTES }, (_, i) => (agent[n * FRAME_BYTES + i - 800] ?? 0) / 4);
      guard.isEcho(encodeMulaw(back), n * FRAME_MS + 40 * random());
    }
    expect(Math.abs(guard.delayMs! - 100)).toBeLessThanOrEqual(40);
  });

  test('long after the agent has spoken nothing is echo', () => {
    const { guard } = play(agent, { delayMs: 100, gainDb: -10 });
    const at = agent.length / 8 + 2_000;
    expect(guard.isEcho(encodeMulaw(caller.subarray(4_000, 4_160)), at)).toBe(false);
  });
});
