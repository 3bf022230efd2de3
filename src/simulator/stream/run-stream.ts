import type { Clock } from '../../core/clock.ts';
import { StateError } from '../../core/errors.ts';
import type { Problem } from '../carrier/problem.ts';
import type { ServerAddress } from '../carrier/server-address.ts';
import { createNetem, type Netem } from '../netem.ts';
import {
  type FrameSource,
  Phone,
  type PhoneEnd,
  type PhoneLink,
  type StreamIdentity,
  type StreamWarning,
} from '../phone.ts';
import { createRandom } from '../random.ts';
import { openWebSocketLink } from '../websocket-link.ts';

export interface StreamRun {
  readonly clock: Clock;
  readonly address: ServerAddress;
  readonly authToken: string;
  /** As in the TwiML. */
  readonly url: string;
  readonly identity: StreamIdentity;
  readonly source: FrameSource;
  /** For the bad network. */
  readonly seed: number;
  readonly uplink?: Netem;
  readonly downlink?: Netem;
  /** The caller hangs up after so long, whatever the script says. */
  readonly maxCallMs: number;
  /** The socket is open and `start` is about to be sent. */
  readonly onStart: (phone: Phone) => void;
  readonly onWarning: (warning: StreamWarning) => void;
}

export type StreamResult =
  | { readonly opened: false; readonly problem: Problem }
  | {
      readonly opened: true;
      readonly phone: Phone;
      readonly end: PhoneEnd;
      /** How the socket died, if it did. */
      readonly problem: Problem | undefined;
    };

/** One media stream from upgrade to end, with `source` at the telephone. Never rejects. */
export async function runStream(run: StreamRun): Promise<StreamResult> {
  const { clock, url, address, authToken } = run;
  const ended = Promise.withResolvers<{ readonly end: PhoneEnd; readonly problem: Problem | undefined }>();
  let downlink: PhoneLink | undefined;
  let phone: Phone | undefined;
  let closedWith: Problem | undefined;

  const refused = await openWebSocketLink({
    url,
    address,
    authToken,
    onOpen(link) {
      const opened = createPhone(run, link, (end) => ended.resolve({ end, problem: closedWith }));
      phone = opened;
      downlink = createDownlink(run, opened);
      run.onStart(opened);
      opened.start();
    },
    onText: (text) => downlink?.send(text),
    onBinary: (lengthBytes) => phone?.receiveBinary(lengthBytes),
    onClose(code, reason, problem) {
      closedWith = problem;
      downlink?.close(code, reason);
    },
  });
  if (refused) return { opened: false, problem: refused };
  if (!phone) throw new StateError('a socket that opened has a phone');
  const opened = phone;
  const cancel = clock.at(clock.now() + run.maxCallMs, () => opened.stop());
  const { end, problem } = await ended.promise;
  cancel();
  return { opened: true, phone: opened, end, problem: end.by === 'server' ? problem : undefined };
}

function createPhone(run: StreamRun, link: PhoneLink, onEnd: (end: PhoneEnd) => void): Phone {
  const { clock, identity, source, onWarning, uplink, seed } = run;
  const wire = uplink === undefined ? link : createNetem(clock, createRandom(seed), link, uplink);
  return new Phone({ clock, link: wire, identity, source, onWarning, onEnd });
}

function createDownlink({ clock, downlink, seed }: StreamRun, phone: Phone): PhoneLink {
  const direct: PhoneLink = {
    send: (text) => phone.receive(text),
    close: (code, reason) => phone.linkClosed(code, reason),
  };
  return downlink === undefined ? direct : createNetem(clock, createRandom(seed + 1), direct, downlink);
}
