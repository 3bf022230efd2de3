import type { Page } from '@playwright/test';
import { encodeSpeech } from '../../../src/call/encode-speech.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { createFlite } from '../../../src/providers/flite/client.ts';

declare global {
  interface Window {
    sayIntoMicrophone?: (mulaw: string) => Promise<void>;
  }
}

/** A microphone whose words the test chooses; all behind it (worklet, µ-law, socket) is the console's own. */
export async function plugInMicrophone(page: Page): Promise<(text: string) => Promise<void>> {
  await page.addInitScript(() => {
    let context: AudioContext | undefined;
    let target: MediaStreamAudioDestinationNode | undefined;
    navigator.mediaDevices.getUserMedia = async () => {
      context = new AudioContext();
      target = context.createMediaStreamDestination();
      return target.stream;
    };
    window.sayIntoMicrophone = (mulaw) => {
      if (!context || !target) return Promise.reject(new Error('no microphone is open'));
      const bytes = Uint8Array.from(atob(mulaw), (c) => c.charCodeAt(0));
      const sound = context.createBuffer(1, bytes.length, 8_000);
      sound.copyToChannel(Float32Array.from(bytes, decode), 0);
      const source = new AudioBufferSourceNode(context, { buffer: sound });
      source.connect(target);
      source.start();
      return new Promise((resolve) => {
        source.onended = () => resolve();
      });
    };
    function decode(byte: number): number {
      const code = ~byte & 0xff;
      const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7);
      return (code & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32_768;
    }
  });
  return async (text) => {
    const mulaw = await speak(text);
    await page.evaluate((words) => window.sayIntoMicrophone!(words), mulaw);
  };
}

/** The local voice, as µ-law in base64. */
async function speak(text: string): Promise<string> {
  const voice = createFlite({ clock: createRealClock(), env: {}, warn: () => {} });
  const session = voice.open({ callSid: 'caller', language: 'en-US', voice: 'rms' });
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeSpeech(session.synthesize(text, new AbortController().signal))) pieces.push(piece);
    return Buffer.concat(pieces).toString('base64');
  } finally {
    await session.close();
    await voice.close();
  }
}
