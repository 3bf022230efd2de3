import { Listening } from './listening.ts';
import type { OnlineRecogniser } from './recogniser.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The worker's end of the thread. */
export interface ServingPort {
  on(event: 'message', receive: (message: ToWorker) => void): unknown;
  postMessage(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
}

/** Recognises for every session that comes in at the port. */
export function serve(port: ServingPort, recogniser: OnlineRecogniser): void {
  const listenings = new Map<number, Listening>();

  const obey = (message: ToWorker): void => {
    const { session } = message;
    if (message.type === 'open') {
      const onPartial = (text: string) => port.postMessage({ type: 'partial', session, text });
      listenings.set(session, new Listening(recogniser, onPartial));
    }
    const listening = listenings.get(session);
    if (message.type === 'audio') listening?.hear(message.mulaw.subarray(0, message.bytes));
    if (message.type === 'end' && listening) port.postMessage({ type: 'final', session, text: listening.end() });
    if (message.type === 'close') listenings.delete(session);
  };

  port.on('message', (message) => {
    try {
      obey(message);
    } catch (error) {
      listenings.delete(message.session);
      port.postMessage({ type: 'failed', session: message.session, problem: String(error) });
    }
    if (message.type !== 'audio') return;
    port.postMessage({ type: 'spent', mulaw: message.mulaw }, [message.mulaw.buffer]);
  });
}
