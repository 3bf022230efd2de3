/** A call in which the caller is silent: media flows to the server, and for long nothing may come back. */
import { MULAW_SILENCE } from '../../audio/mulaw.ts';
import type { Problem } from '../../simulator/carrier/problem.ts';
import { createSid } from '../../simulator/carrier/sid.ts';
import type { PhoneLink } from '../../simulator/phone.ts';
import { MESSAGES } from '../../simulator/stream/twilio-messages.ts';
import { openWebSocketLink } from '../../simulator/websocket-link.ts';
import type { StreamCallOptions } from './stream-call.ts';

export interface HeldStream {
  readonly heldMs: number;
  /** How the connection broke; undefined when it was closed in order, or not at all. */
  readonly problem: Problem | undefined;
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
}

const FRAME_MS = 20;
const SILENCE = new Uint8Array(160).fill(MULAW_SILENCE);

/** Never rejects. */
export async function holdStream(
  options: Omit<StreamCallOptions, 'garbage'> & { readonly forMs: number },
): Promise<HeldStream> {
  const { address, authToken, call, clock, forMs, parameters, url } = options;
  const streamSid = createSid('MZ');
  const ended = Promise.withResolvers<HeldStream>();
  let openedAt = clock.now();
  let cancel = (): void => {};
  const send = (link: PhoneLink, frames: number): void => {
    const heldMs = clock.now() - openedAt;
    if (heldMs >= forMs) {
      ended.resolve({ heldMs, problem: undefined, closed: undefined });
      link.close(1000, '');
      return;
    }
    link.send(MESSAGES.media(streamSid, frames + 2, frames, 100, SILENCE));
    cancel = clock.at(openedAt + (frames + 1) * FRAME_MS, () => send(link, frames + 1));
  };
  const refused = await openWebSocketLink({
    url,
    address,
    authToken,
    onOpen: (link) => {
      openedAt = clock.now();
      link.send(MESSAGES.connected());
      link.send(MESSAGES.start({ ...call, streamSid, customParameters: parameters }, 1));
      send(link, 0);
    },
    onText: () => {},
    onBinary: () => {},
    onClose: (code, reason, problem) => {
      cancel();
      ended.resolve({ heldMs: clock.now() - openedAt, problem, closed: { code, reason } });
    },
  });
  if (refused) return { heldMs: 0, problem: refused, closed: undefined };
  return ended.promise;
}
