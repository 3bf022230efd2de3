/** The playout of one session: frames, marks and clears to the carrier; starts and silences to the core. */
import type { EchoGuard } from '../audio/echo-guard.ts';
import type { CallEventBody } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { CallSettings } from '../core/settings.ts';
import type { Log } from '../observe/log.ts';
import { createMediaEncoder } from '../twilio/media-message.ts';
import type { TapSlot } from './call-tap.ts';
import { PlayoutQueue } from './playout-queue.ts';
import type { PlayoutScheduler } from './playout-scheduler.ts';
import type { SessionRecording } from './session-recording.ts';
import type { MediaTransport } from './transport.ts';

export interface SessionPlayoutEnds {
  /** What we send may come back: the guard must know it. */
  readonly echo: EchoGuard;
  readonly dispatch: (event: CallEventBody) => void;
  readonly onUnderrun: (lateMs: number) => void;
  readonly onBug: (error: unknown) => void;
}

export interface SessionPlayoutOptions {
  readonly clock: Clock;
  readonly scheduler: PlayoutScheduler;
  readonly settings: CallSettings;
  readonly streamSid: string;
  readonly transport: MediaTransport;
  readonly log: Log;
  readonly recording: SessionRecording | undefined;
  readonly taps: TapSlot;
}

export function createSessionPlayout(
  options: SessionPlayoutOptions,
  { dispatch, echo, onBug, onUnderrun }: SessionPlayoutEnds,
): PlayoutQueue {
  const { clock, log, recording, scheduler, settings, streamSid, taps, transport } = options;
  const encoder = createMediaEncoder(streamSid);
  return new PlayoutQueue({
    clock,
    scheduler,
    leadMs: settings.playoutLeadMs,
    markEveryMs: settings.markEveryMs,
    sink: {
      media: (frame, playsAt) => {
        echo.sent(frame, playsAt);
        recording?.agent(frame, playsAt);
        taps.agent(frame, playsAt);
        transport.send(encoder.media(frame));
      },
      mark: (name) => transport.send(encoder.mark(name)),
      clear: () => {
        recording?.cleared();
        taps.cleared(clock.now());
        transport.send(encoder.clear());
      },
    },
    onStart: (reply, fromMs) => dispatch({ type: 'playout-start', reply, ...(fromMs === undefined ? {} : { fromMs }) }),
    onDry: (reply, sentMs) => {
      log.info('MEDIA_TX', { reply, frames: sentMs / 20 });
      dispatch({ type: 'playout-dry', reply, sentMs });
    },
    onUnderrun,
    onBug,
  });
}
