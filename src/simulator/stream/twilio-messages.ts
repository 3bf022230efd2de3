export interface StreamIdentity {
  readonly callSid: string;
  readonly streamSid: string;
  readonly accountSid: string;
  readonly customParameters: Readonly<Record<string, string>>;
}

/**
 * The messages Twilio sends, in the order of keys of a captured call. Written by the simulator itself and not by the
 * server's codec, so that a mistake there cannot hide here. Counters are strings.
 */
export const MESSAGES = {
  connected(): string {
    return '{"event":"connected","protocol":"Call","version":"1.0.0"}';
  },

  start({ accountSid, streamSid, callSid, customParameters }: StreamIdentity, sequence: number): string {
    return JSON.stringify({
      event: 'start',
      sequenceNumber: String(sequence),
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters,
      },
      streamSid,
    });
  },

  /** `index` counts frames from 0. Put together by hand: it is sent 50 times a second per call. */
  media(streamSid: string, sequence: number, index: number, firstTimestampMs: number, frame: Uint8Array): string {
    const payload = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('base64');
    return (
      `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"inbound","chunk":"${index + 1}",` +
      `"timestamp":"${firstTimestampMs + index * 20}","payload":"${payload}"},"streamSid":"${streamSid}"}`
    );
  },

  dtmf({ streamSid }: StreamIdentity, sequence: number, digit: string): string {
    const dtmf = { track: 'inbound_track', digit };
    return JSON.stringify({ event: 'dtmf', streamSid, sequenceNumber: String(sequence), dtmf });
  },

  mark(streamSid: string, sequence: number, name: string): string {
    return JSON.stringify({ event: 'mark', sequenceNumber: String(sequence), streamSid, mark: { name } });
  },

  stop({ accountSid, callSid, streamSid }: StreamIdentity, sequence: number): string {
    return JSON.stringify({
      event: 'stop',
      sequenceNumber: String(sequence),
      streamSid,
      stop: { accountSid, callSid },
    });
  },
};
