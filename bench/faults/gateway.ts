/** The network between Kav and a vendor: a TCP relay on 127.0.0.1 that can be broken while a call goes on. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createSelfSigned } from './self-signed.ts';

export type NetworkFault =
  /** Nobody listens any more; what was connected is cut. */
  | { readonly kind: 'refused' }
  /** Connections stay, and new ones are taken, but no byte comes through. */
  | { readonly kind: 'half-open' }
  /** A proxy cuts each connection after so many bytes of answers. */
  | { readonly kind: 'cut-after'; readonly bytes: number }
  /** Something else answers every request, with these bytes. */
  | { readonly kind: 'other-server'; readonly response: string };

export interface Gateway {
  readonly port: number;
  /** Whether Kav has met with the fault. */
  readonly hasStruck: boolean;
  break(fault: NetworkFault): void;
  close(): Promise<void>;
}

export async function openGateway(targetPort: number): Promise<Gateway> {
  const sockets = new Set<Socket>();
  let fault: NetworkFault | undefined;
  let hasStruck = false;

  const relay = (client: Socket): void => {
    const vendor = connect(targetPort, '127.0.0.1');
    let bytesDown = 0;
    keep(client, sockets, () => vendor.destroy());
    keep(vendor, sockets, () => client.destroy());
    client.on('data', (data) => {
      hasStruck ||= fault !== undefined;
      if (fault?.kind === 'other-server') client.end(fault.response);
      else if (fault?.kind !== 'half-open') vendor.write(data);
    });
    vendor.on('data', (data) => {
      bytesDown += data.length;
      if (fault?.kind === 'half-open') return;
      if (fault?.kind === 'cut-after' && bytesDown > fault.bytes) client.destroy();
      else client.write(data);
    });
  };

  const server = createServer(relay);
  const port = await listen(server);
  return {
    port,
    get hasStruck() {
      return hasStruck;
    },
    break: (next) => {
      fault = next;
      if (fault.kind !== 'refused') return;
      hasStruck = true;
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    close: () => closeServer(server, sockets),
  };
}

/** Speaks TLS with a certificate that nobody trusts, and says nothing to a client that does not mind. */
export async function openWrongTls(): Promise<Gateway> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(createSelfSigned());
  let hasStruck = false;
  server.on('connection', (socket) => {
    hasStruck = true;
    keep(socket, sockets);
  });
  server.on('tlsClientError', () => {}); // refusing the certificate is what a client should do
  const port = await listen(server);
  return {
    port,
    get hasStruck() {
      return hasStruck;
    },
    break: () => {},
    close: () => closeServer(server, sockets),
  };
}

function keep(socket: Socket, sockets: Set<Socket>, onClose: () => void = () => {}): void {
  sockets.add(socket);
  socket.on('error', () => {}); // the close that follows says it all
  socket.on('close', () => {
    sockets.delete(socket);
    onClose();
  });
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  if (!server.listening) return;
  await once(server.close(), 'close');
}
