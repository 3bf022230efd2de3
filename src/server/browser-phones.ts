/**
 * Browsers that call the agent over the media socket, as Twilio does. Twilio signs its upgrade; a browser brings a proof,
 * good once and for one call, as the second of the subprotocols that it offers: other headers it cannot choose.
 */
import type { IncomingMessage } from 'node:http';
import { signatureOf } from './routes.ts';

export interface BrowserPhones {
  /** Uses the proof up. Resolves to the CallSid that it is for; undefined when it is worth nothing, or no more. */
  admit(proof: string): Promise<string | undefined>;
  /** The socket of the call is gone, and nobody else will tell. */
  ended(callSid: string): void;
}

export const PROOF_PREFIX = 'kav.phone.';

/** What a browser proves itself with; whoever signs, as Twilio does, needs none and gets none. */
export function browserProof(request: IncomingMessage): string | undefined {
  if (signatureOf(request) !== undefined) return undefined;
  const [, proof] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return proof?.startsWith(PROOF_PREFIX) ? proof : undefined;
}
