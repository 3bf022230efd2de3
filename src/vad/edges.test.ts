import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VadEdge } from '../audio/vad.ts';
import { EdgeCounter } from './edges.ts';

const OPTIONS = { rmsFloor: 210, sustainFrames: 8 };
const LOUD = 2000;
const LETTERS = { 'speech-start': 't', 'speech-sustained': 's', 'speech-end': 'e' } as const;

interface Frames {
  readonly count: number;
  readonly probability: number;
  readonly rms?: number;
}

function edgesOf(counter: EdgeCounter, ...runs: readonly Frames[]): (VadEdge & { readonly frame: number })[] {
  const edges: (VadEdge & { readonly frame: number })[] = [];
  let frame = 0;
  let soundFrames = 0;
  let silentFrames = 0;
  for (const { count, probability, rms = LOUD } of runs) {
    for (let i = 0; i < count; i++) {
      soundFrames = rms >= 210 ? soundFrames + 1 : 0;
      silentFrames = rms >= 210 ? 0 : silentFrames + 1;
      frame++;
      const edge = counter.push(probability, rms, { soundFrames, silentFrames });
      if (edge) edges.push({ ...edge, frame });
    }
  }
  return edges;
}

const silence = (count: number): Frames => ({ count, probability: 0, rms: 5 });

describe('EdgeCounter', () => {
  test('start, sustained, end, each at its frame and dated back', () => {
    const edges = edgesOf(new EdgeCounter(OPTIONS), silence(20), { count: 30, probability: 0.9 }, silence(20));
    expect(edges).toEqual([
      { type: 'speech-start', agoMs: 60, frame: 23 },
      { type: 'speech-sustained', agoMs: 0, frame: 28 },
      { type: 'speech-end', agoMs: 200, frame: 60 },
    ]);
  });

  test('sound before the network believed was speech, up to 60 ms of it', () => {
    const doubt = (count: number): Frames => ({ count, probability: 0.2 });
    const start = (count: number) =>
      edgesOf(new EdgeCounter(OPTIONS), silence(9), doubt(count), { count: 3, probability: 0.6 })[0];
    expect(start(2)?.agoMs).toBe(100);
    expect(start(50)?.agoMs).toBe(120);
  });

  test('over noise, where only the network tells, the end comes 60 ms sooner and is dated further back', () => {
    const edges = edgesOf(new EdgeCounter(OPTIONS), { count: 20, probability: 0.9 }, { count: 20, probability: 0.1 });
    expect(edges.at(-1)).toEqual({ type: 'speech-end', agoMs: 240, frame: 27 });
  });

  test('after 100 ms without sound a probability of 0.5 is not enough to keep speech going', () => {
    const doubted: Frames = { count: 50, probability: 0.5, rms: 200 };
    const edges = edgesOf(new EdgeCounter(OPTIONS), { count: 3, probability: 0.9 }, doubted);
    expect(edges.at(-1)).toEqual({ type: 'speech-end', agoMs: 220, frame: 14 });
    const sure: Frames = { ...doubted, probability: 0.6 };
    expect(edgesOf(new EdgeCounter(OPTIONS), { count: 3, probability: 0.9 }, sure).at(-1)?.type).toBe(
      'speech-sustained',
    );
  });

  test('two frames do not start, and what is never loud enough neither', () => {
    expect(edgesOf(new EdgeCounter(OPTIONS), { count: 2, probability: 1 }, silence(50))).toEqual([]);
    expect(edgesOf(new EdgeCounter(OPTIONS), { count: 50, probability: 1, rms: 209 })).toEqual([]);
    expect(edgesOf(new EdgeCounter(OPTIONS), { count: 3, probability: 1, rms: 210 })).toHaveLength(1);
  });

  test('a probability between the thresholds keeps speech going but does not start it', () => {
    const between: Frames = { count: 50, probability: 0.4 };
    expect(edgesOf(new EdgeCounter(OPTIONS), between)).toEqual([]);
    const counter = new EdgeCounter(OPTIONS);
    edgesOf(counter, { count: 3, probability: 0.5 }, between);
    expect(counter.speaking).toBe(true);
  });

  test('while the agent speaks both thresholds are higher', () => {
    const counter = new EdgeCounter(OPTIONS);
    counter.agentSpeaking(true);
    expect(edgesOf(counter, { count: 50, probability: 0.8 })).toEqual([]);
    edgesOf(counter, { count: 3, probability: 0.85 }, { count: 50, probability: 0.6 });
    expect(counter.speaking).toBe(true);
    expect(edgesOf(counter, { count: 10, probability: 0.5 }).map(({ type }) => type)).toEqual(['speech-end']);
    counter.agentSpeaking(false);
    expect(edgesOf(counter, { count: 3, probability: 0.5 })).toHaveLength(1);
  });

  describe('while the agent speaks, once the caller has spoken', () => {
    const known = () => {
      const counter = new EdgeCounter(OPTIONS);
      edgesOf(counter, { count: 60, probability: 1 }, silence(20));
      counter.agentSpeaking(true);
      return counter;
    };
    const talk = (rms: number, count = 50): Frames => ({ count, probability: 1, rms });

    test('a voice 10 dB softer than the caller is somebody else', () => {
      expect(edgesOf(known(), talk(LOUD / 3.2))).toEqual([]);
      expect(edgesOf(known(), talk(LOUD / 2), silence(20))).toHaveLength(3);
    });

    test('somebody else was heard before the agent began: that is no speech any more', () => {
      const counter = new EdgeCounter(OPTIONS);
      edgesOf(counter, { count: 60, probability: 1 }, silence(20), talk(LOUD / 9, 20));
      expect(counter.speaking).toBe(true);
      counter.agentSpeaking(true);
      expect(edgesOf(counter, talk(LOUD / 9, 20)).map(({ type }) => type)).toEqual(['speech-end']);
    });

    test('what is heard over the agent teaches no level: it may be an echo', () => {
      const counter = known();
      edgesOf(counter, talk(20 * LOUD, 200), silence(20));
      expect(edgesOf(counter, talk(LOUD / 2))).not.toEqual([]);
    });

    test('the end comes after 120 ms, but not before speech is more than a noise', () => {
      const end = (count: number) =>
        edgesOf(known(), talk(LOUD, count), silence(20)).find(({ type }) => type === 'speech-end');
      expect(end(20)).toEqual({ type: 'speech-end', agoMs: 120, frame: 26 });
      expect(end(5)).toEqual({ type: 'speech-end', agoMs: 200, frame: 15 });
    });
  });

  test('speech too short to be sustained is not; speech that is as long as its start is at once', () => {
    const types = (sustainFrames: number) =>
      edgesOf(new EdgeCounter({ ...OPTIONS, sustainFrames }), { count: 7, probability: 1 }, silence(9)).map(
        ({ type, frame }) => [type, frame],
      );
    expect(types(8)).toEqual([['speech-start', 3]]);
    expect(types(7)).toEqual([
      ['speech-start', 3],
      ['speech-sustained', 7],
    ]);
    expect(types(1)[1]).toEqual(['speech-sustained', 4]);
  });

  test('how much speech is sustained may change while there is some', () => {
    const counter = new EdgeCounter(OPTIONS);
    counter.sustainAfter(15);
    const [, sustained] = edgesOf(counter, { count: 30, probability: 0.9 });
    expect(sustained).toEqual({ type: 'speech-sustained', agoMs: 0, frame: 15 });
    edgesOf(counter, silence(12));
    expect(edgesOf(counter, { count: 10, probability: 0.9 })).toHaveLength(1);
    counter.sustainAfter(8);
    expect(edgesOf(counter, { count: 1, probability: 0.9 }).map(({ type }) => type)).toEqual(['speech-sustained']);
  });

  test('whatever comes: start, then perhaps sustained once, then end; dates never go backwards', () => {
    const run = fc.record({
      count: fc.integer({ min: 1, max: 30 }),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      rms: fc.integer({ min: 0, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (runs, sustainFrames) => {
        const edges = edgesOf(new EdgeCounter({ rmsFloor: 210, sustainFrames }), ...runs);
        expect(edges.map(({ type }) => LETTERS[type]).join('')).toMatch(/^(?:ts?e)*(?:ts?)?$/);
        edges.forEach(({ frame, agoMs }, i) => {
          const before = edges[i - 1];
          if (before) expect(frame - agoMs / 20).toBeGreaterThanOrEqual(before.frame - before.agoMs / 20);
        });
      }),
    );
  });
});
