import type { Answer } from '../api/client.ts';
import { openMicrophone } from './microphone.ts';
import { decodeMulaw } from './mulaw.ts';
import workletUrl from './phone.worklet.ts?worker&url';

export type Ticket = Answer<'open-phone'>;

export interface PhoneEvents {
  onOpen(): void;
  /** Of the microphone and of what is heard. */
  onLevels(levels: { readonly own?: number; readonly other?: number }): void;
  onEnd(reason: 'hung-up' | 'ended' | 'refused'): void;
}

export interface BrowserPhone {
  press(digit: string): void;
  setMuted(muted: boolean): void;
  hangUp(): void;
}

const SILENCE = new Uint8Array(160).fill(0xff);

/** Calls the agent as a carrier does: the same messages on the same socket, with the microphone for a caller. */
export async function openPhone(ticket: Ticket, events: PhoneEvents): Promise<BrowserPhone> {
  const context = new AudioContext({ sampleRate: 8_000 });
  await context.audioWorklet.addModule(workletUrl);
  await context.resume();
  const ear = new AudioWorkletNode(context, 'kav-phone', { numberOfInputs: 0, outputChannelCount: [2] });
  ear.connect(context.destination);
  let isMuted = false;
  const line = createLine(ticket, {
    onOpen: events.onOpen,
    onAudio(bytes) {
      const samples = decodeMulaw(bytes);
      events.onLevels({ other: peakOf(samples) });
      ear.port.postMessage({ samples }, [samples.buffer]);
    },
    onMark: (mark) => ear.port.postMessage({ mark }),
    onClear: () => ear.port.postMessage({ clear: true }),
    onClose(reason) {
      microphone.close();
      context.close();
      events.onEnd(reason);
    },
  });
  ear.port.onmessage = ({ data }: MessageEvent<readonly string[]>) => {
    for (const mark of data) line.send('mark', { mark: { name: mark } });
  };
  const microphone = await openMicrophone((frame, level) => {
    line.media(isMuted ? SILENCE : frame);
    events.onLevels({ own: isMuted ? 0 : level });
  }).catch(async (error: unknown) => {
    await context.close();
    throw error;
  });
  line.open();
  return {
    press: (digit) => line.send('dtmf', { dtmf: { track: 'inbound_track', digit } }),
    setMuted(muted) {
      isMuted = muted;
    },
    hangUp: () => line.hangUp(),
  };
}

interface LineEvents {
  onOpen(): void;
  onAudio(bytes: Uint8Array): void;
  onMark(name: string): void;
  onClear(): void;
  onClose(reason: 'hung-up' | 'ended' | 'refused'): void;
}

interface Line {
  open(): void;
  media(frame: Uint8Array): void;
  send(event: string, body: object): void;
  hangUp(): void;
}

/** Twilio's side of a media stream: counters are strings, `connected` comes before `start`. */
function createLine({ accountSid, callSid, parameters, path, protocols, streamSid }: Ticket, events: LineEvents): Line {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  let socket: WebSocket | undefined;
  let sequence = 0;
  let chunk = 0;
  let wasOpen = false;
  let byUs = false;
  const send = (event: string, body: object): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    sequence += 1;
    socket.send(JSON.stringify({ event, sequenceNumber: String(sequence), streamSid, ...body }));
  };
  const onMessage = ({ data }: MessageEvent<string>): void => {
    const message = JSON.parse(data) as { event: string; media?: { payload: string }; mark?: { name: string } };
    if (message.event === 'media' && message.media) events.onAudio(fromBase64(message.media.payload));
    else if (message.event === 'mark' && message.mark) events.onMark(message.mark.name);
    else if (message.event === 'clear') events.onClear();
  };
  return {
    open() {
      socket = new WebSocket(url, protocols);
      socket.onopen = () => {
        wasOpen = true;
        socket?.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
        const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 };
        send('start', {
          start: { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters: parameters },
        });
        events.onOpen();
      };
      socket.onmessage = onMessage;
      socket.onclose = () => events.onClose(byUs ? 'hung-up' : wasOpen ? 'ended' : 'refused');
    },
    media(frame) {
      if (socket?.readyState !== WebSocket.OPEN) return;
      const timestamp = String(chunk * 20);
      chunk += 1;
      send('media', {
        media: { track: 'inbound', chunk: String(chunk), timestamp, payload: toBase64(frame) },
      });
    },
    send,
    hangUp() {
      byUs = true;
      send('stop', { stop: { accountSid, callSid } });
      socket?.close(1000);
    },
  };
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
