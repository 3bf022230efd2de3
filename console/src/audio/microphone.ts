import workletUrl from './microphone.worklet.ts?worker&url';
import { encodeMulaw } from './mulaw.ts';

export interface Microphone {
  close(): Promise<void>;
}

/**
 * Opens the microphone; `onFrame` gets 160 bytes of µ-law each 20 ms and their level. Rejects with a `NotAllowedError` or
 * `NotFoundError` when there is none to be had.
 */
export async function openMicrophone(
  onFrame: (frame: Uint8Array<ArrayBuffer>, level: number) => void,
): Promise<Microphone> {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const context = new AudioContext();
  const close = async (): Promise<void> => {
    for (const track of media.getTracks()) track.stop();
    if (context.state !== 'closed') await context.close();
  };
  try {
    await context.audioWorklet.addModule(workletUrl);
  } catch (error) {
    await close();
    throw error;
  }
  const node = new AudioWorkletNode(context, 'kav-microphone', { numberOfOutputs: 0 });
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onFrame(encodeMulaw(data), levelOf(data));
  context.createMediaStreamSource(media).connect(node);
  await context.resume();
  return { close };
}

export function levelOf(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / Math.max(1, samples.length));
}
