import type { Check } from '../check.ts';
import { type Finding, fail, ok } from '../finding.ts';
import { reachTwiml } from '../probe/reach-twiml.ts';
import { type HeldStream, holdStream } from '../stream/hold-stream.ts';
import { isOrderlyClose } from '../stream/judge-manners.ts';

/** A proxy that ends quiet connections ends calls in which the agent listens for long. */
export const idle: Check = {
  name: 'idle',
  area: 'stream',
  title: 'Is a quiet socket left open?',
  needs: ['call'],
  budgetMs: 180_000,
  async run(probe) {
    const { idleMs } = probe.target;
    if (idleMs === undefined) return [];
    const { call, stream } = await reachTwiml(probe, probe.newCall());
    if (!stream) return [];
    const { parameters, url } = stream.stream;
    const { authToken, clock, target } = probe;
    const held = await holdStream({ clock, address: target.address, authToken, url, call, parameters, forMs: idleMs });
    return [judge(held, idleMs)];
  },
};

function judge({ closed, heldMs, problem }: HeldStream, idleMs: number): Finding {
  const after = `${Math.round(heldMs / 1_000)} s`;
  if (problem) {
    return fail(`The quiet socket is cut after ${after}`, {
      seen: problem.message,
      code: problem.code,
      why: 'A proxy or a balancer takes a connection for dead on which one side says nothing.',
      remedy:
        'Raise its time-outs to an hour (nginx: proxy_read_timeout and proxy_send_timeout), and let the server ping ' +
        'every 10 s.',
    });
  }
  if (closed && !isOrderlyClose(closed.code)) {
    return fail(`The server ends a quiet stream with an error after ${after}`, {
      seen: `code ${closed.code} ${closed.reason}`.trim(),
      code: 31921,
      remedy:
        'Look at the server’s log at that moment; a call in which nobody speaks is ended with 1000, or not at all.',
    });
  }
  if (closed)
    return ok(
      `The server itself ended a quiet call after ${after}; until then nothing cut it`,
      `code ${closed.code} ${closed.reason}`.trim(),
    );
  return ok(`A quiet socket stays open for ${Math.round(idleMs / 1_000)} s`);
}
