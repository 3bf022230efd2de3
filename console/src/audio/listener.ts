import workletUrl from './listener.worklet.ts?worker&url';
import { decodeMulaw } from './mulaw.ts';

const TELEPHONE_HZ = 8_000;

export interface Listener {
  play(side: 0 | 1, atMs: number, bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** Must be opened from a click: browsers keep quiet otherwise. */
export async function openListener(onLevel: (level: number) => void): Promise<Listener> {
  const context = new AudioContext({ sampleRate: TELEPHONE_HZ });
  const close = async (): Promise<void> => {
    if (context.state !== 'closed') await context.close();
  };
  try {
    await context.audioWorklet.addModule(workletUrl);
    await context.resume();
  } catch (error) {
    await close();
    throw error;
  }
  const node = new AudioWorkletNode(context, 'kav-listener', { numberOfInputs: 0, outputChannelCount: [2] });
  node.port.onmessage = ({ data }: MessageEvent<{ level: number }>) => onLevel(data.level);
  node.connect(context.destination);
  return {
    play(side, atMs, bytes) {
      const samples = decodeMulaw(bytes);
      node.port.postMessage({ side, atMs, samples }, [samples.buffer]);
    },
    close,
  };
}
