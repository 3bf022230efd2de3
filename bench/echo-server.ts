/** The yardstick: a bare `ws` server that parses each message and sends each frame back. Nothing can cost less. */
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket) => {
  let streamSid = '';
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as {
      readonly event: string;
      readonly streamSid?: string;
      readonly media?: { readonly payload: string };
    };
    if (message.event === 'start') streamSid = message.streamSid ?? '';
    if (message.event !== 'media') return;
    socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload: message.media?.payload } }));
  });
});

server.on('listening', () => {
  const address = server.address();
  process.send?.({ url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
});
process.on('disconnect', () => process.exit(0));
