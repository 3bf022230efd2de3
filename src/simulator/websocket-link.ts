import WebSocket, { type ClientOptions } from 'ws';
import { signUpgrade } from '../twilio/signature.ts';
import { createError, type Problem } from './carrier/problem.ts';
import { dialUrl, type ServerAddress, tunnelHeaders } from './carrier/server-address.ts';
import type { PhoneLink } from './phone.ts';

export interface WebSocketLinkOptions {
  /** As in the TwiML; the signature covers it. */
  readonly url: string;
  readonly address: ServerAddress;
  readonly authToken: string;
  /** Synchronously, before any message: the first may come in the same packet as the 101. */
  readonly onOpen: (link: PhoneLink) => void;
  readonly onText: (text: string) => void;
  readonly onBinary: (lengthBytes: number) => void;
  /** Once after `onOpen`, however the socket ended; `problem` is what Twilio would log about the end. */
  readonly onClose: (code: number, reason: string, problem: Problem | undefined) => void;
}

/** Twilio publishes no figure; a server that needs longer loses callers anyway. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A peer that does not answer our close is dead. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Upgrades with the headers that were captured from Twilio and no others: no subprotocol, no extensions, no Origin.
 * Resolves with what Twilio would log when it fails, else with undefined once open. Never rejects.
 */
export function openWebSocketLink(options: WebSocketLinkOptions): Promise<Problem | undefined> {
  const { url, address, authToken } = options;
  // `closeTimeout` is not in the type declarations of ws yet.
  const clientOptions: ClientOptions & { readonly closeTimeout: number } = {
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    headers: {
      'user-agent': 'Twilio.TmeWs/1.0',
      'x-twilio-signature': signUpgrade(authToken, url),
      ...tunnelHeaders(address),
    },
  };
  const socket = new WebSocket(dialUrl(url, address), clientOptions);
  // Bytes stay Buffers, as is right for messages of this size.
  socket.binaryType = 'nodebuffer';
  return new Promise((resolve) => {
    const refuse = (problem: Problem) => {
      socket.removeAllListeners();
      socket.on('error', ignoreLateError);
      socket.terminate();
      resolve(problem);
    };
    socket.once('error', (error) => refuse(nameHandshakeFault(error, url)));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      refuse(createError(31920, `the upgrade of ${url} was answered with HTTP status ${response.statusCode}, not 101`));
    });
    socket.once('open', () => {
      socket.removeAllListeners('error');
      watchSocket(socket, options);
      options.onOpen(createLink(socket));
      resolve(undefined);
    });
  });
}

function createLink(socket: WebSocket): PhoneLink {
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
}

function watchSocket(socket: WebSocket, options: WebSocketLinkOptions): void {
  let fault: Problem | undefined;
  socket.on('error', (error) => {
    fault ??= createError(31924, `the server broke the WebSocket protocol: ${error.message}`);
  });
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    if (isBinary) options.onBinary(bytes.length);
    else options.onText(bytes.toString('utf8'));
  });
  socket.on('close', (code, reason) => {
    const lost = code === 1006 ? createError(31903, 'the connection broke without a closing handshake') : undefined;
    options.onClose(code, reason.toString('utf8'), fault ?? lost);
  });
}

function nameHandshakeFault(error: Error, url: string): Problem {
  const { code = '' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return createError(31902, `${url} refused the connection`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return createError(31904, `the host of ${url} cannot be reached: ${error.message}`);
    case 'ETIMEDOUT':
      return createError(31901, `${url} did not answer: ${error.message}`);
    case 'ECONNRESET':
      return createError(31903, `${url} dropped the connection during the upgrade`);
    default:
      if (/handshake has timed out/u.test(error.message))
        return createError(31901, `${url} did not answer within 10 s`);
      if (/certificate|SSL|TLS/iu.test(`${code} ${error.message}`))
        return createError(31910, `${url}: ${error.message}`);
      return createError(31924, `the upgrade of ${url} is against RFC 6455: ${error.message}`);
  }
}

/** A refused handshake has been reported; what its socket says afterwards is not news. */
function ignoreLateError(): void {}
