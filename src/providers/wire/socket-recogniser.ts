import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { unreachable, type VendorOperation } from '../vendor-error.ts';

/** A session with a connection of its own. */
export interface SocketSession extends SpeechToTextSession {
  /** Ends it with an error. */
  abandon(error: ProviderError): void;
}

export interface SocketSessionOptions extends SpeechToTextOptions {
  readonly clock: Clock;
  /** The session is over, whoever ended it. */
  readonly onClosed: () => void;
}

export interface SocketRecogniserOptions {
  readonly who: VendorOperation;
  readonly clock: Clock;
  readonly createSession: (options: SocketSessionOptions) => SocketSession;
}

/** A recogniser whose sessions share nothing: it only knows which are open, to close them. */
export function createSocketRecogniser({ who, clock, createSession }: SocketRecogniserOptions): SpeechToText {
  const sessions = new Set<SocketSession>();
  let isClosed = false;
  return {
    name: who.provider,
    open: (options) => {
      const session = createSession({ ...options, clock, onClosed: () => sessions.delete(session) });
      sessions.add(session);
      if (isClosed) queueMicrotask(() => session.abandon(unreachable(who, 'it was closed')));
      return session;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
}
