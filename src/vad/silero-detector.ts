import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { rmsOfFrame } from '../audio/level.ts';
import type { VadEdge } from '../audio/vad.ts';
import { type DetectorFactory, type DetectorOptions, type SpeechDetector, smoothConfidence } from './detector.ts';
import { EdgeCounter, quietRmsOf, UNLIKELY } from './edges.ts';
import { createGate, type Gate } from './gate.ts';
import { CONTEXT_SAMPLES, Network, NetworkState, WINDOW_SAMPLES } from './silero/network.ts';
import { parseTensors } from './silero/tensors.ts';
import { loadWebRtcVads } from './webrtc.ts';
import { WindowFeed } from './window-feed.ts';

/** Windows until V8 has compiled the network for speed; the first take milliseconds, and no call should pay them. */
const WARM_UP_WINDOWS = 200;
/** Lets the most pass but one: what the network never sees is lost, what it sees in vain costs a little time. */
const GATE_MODE = 2;

/** Loads weights and gate in 0.1 s. Holds the event loop for 20 ms at most, so a call that runs does not hear it. */
export async function createSileroDetectors(): Promise<DetectorFactory> {
  const [network, webRtc] = await Promise.all([loadNetwork(), loadWebRtcVads()]);
  return {
    open: (options) => new SileroDetector(network, createGate(webRtc.open(GATE_MODE), quietRmsOf(options)), options),
  };
}

export async function loadNetwork(): Promise<Network> {
  const network = new Network(parseTensors(await readFile(new URL('./silero/weights-v6-8k.bin', import.meta.url))));
  const state = new NetworkState();
  const samples = Float32Array.from({ length: CONTEXT_SAMPLES + WINDOW_SAMPLES }, (_, i) => Math.sin(i * i) / 8);
  for (let i = 0; i < WARM_UP_WINDOWS; i++) {
    network.run(samples, 0, state);
    await setImmediate();
  }
  return network;
}

/** One caller's detector. Time is counted in frames; `push` makes no garbage but a few boxed numbers. */
export class SileroDetector implements SpeechDetector {
  readonly #network: Network;
  readonly #gate: Gate;
  readonly #edges: EdgeCounter;
  readonly #feed = new WindowFeed();
  /** Stands still while the gate is closed: it ends there in silence, which is how the next speech begins. */
  readonly #state = new NetworkState();
  #probability = 0;
  #confidence = 0;

  constructor(network: Network, gate: Gate, options: DetectorOptions) {
    this.#network = network;
    this.#gate = gate;
    this.#edges = new EdgeCounter(options);
  }

  get confidence(): number {
    return this.#confidence;
  }

  push(frame: Uint8Array): VadEdge | undefined {
    const rms = rmsOfFrame(frame);
    this.#feed.push(frame);
    this.#listen(this.#gate.push(frame, rms, this.#isSpeech()));
    const edge = this.#edges.push(this.#probability, rms, this.#gate);
    if (!this.#isSpeech()) this.#gate.learnNoise(rms);
    this.#confidence = smoothConfidence(this.#confidence, this.#probability);
    return edge;
  }

  agentSpeaking(isSpeaking: boolean): void {
    this.#edges.agentSpeaking(isSpeaking);
  }

  sustainAfter(frames: number): void {
    this.#edges.sustainAfter(frames);
  }

  close(): void {
    this.#gate.close();
  }

  /** Two windows at most: the one that was kept while the gate was closed, and the newest. */
  #listen(isOpen: boolean): void {
    const feed = this.#feed;
    if (!isOpen) {
      feed.forget();
      this.#probability = 0;
      return;
    }
    while (feed.waiting > 0) this.#probability = this.#network.run(feed.samples, feed.take(), this.#state);
  }

  #isSpeech(): boolean {
    return this.#edges.speaking || this.#probability >= UNLIKELY;
  }
}
