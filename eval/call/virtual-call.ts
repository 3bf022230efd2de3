/** A call on a virtual clock: the simulator's phone and all of Kav but the sockets. The same each time, to the byte. */
import { defaultLines } from '../../src/call/agent-lines.ts';
import type { CallDesk } from '../../src/call/desk.ts';
import type { MediaReceiver } from '../../src/call/transport.ts';
import { StateError } from '../../src/core/errors.ts';
import { createNetem } from '../../src/simulator/netem.ts';
import { Phone, type PhoneLink } from '../../src/simulator/phone.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { LabelledCaller } from './caller.ts';
import { openEvalDesk } from './desk.ts';
import type { Observation } from './observation.ts';
import type { CallPlan } from './plan.ts';
import type { SharedParts } from './shared-parts.ts';
import { Witness } from './witness.ts';

/** A loopback connection needs about as long. */
const LATENCY_MS = 1;

export async function playVirtually(plan: CallPlan, parts: SharedParts): Promise<Observation> {
  const clock = new VirtualClock();
  const witness = new Witness();
  const { close, desk, entries, head } = await openEvalDesk({ clock, plan, witness, parts });
  const line = new VirtualLine(clock, await openCall(desk), plan, witness);
  line.phone.start();
  while (!line.isOver) await clock.advance(500);
  const closing = close();
  await clock.advance(3_000);
  await closing;
  const { caller, agent } = line.phone.recordings!;
  const warnings = line.phone.warnings.map(({ message }) => message);
  const { endedBy } = line;
  const lines = defaultLines(plan.language);
  return { plan, witness, lines, head: head()!, entries, caller, agent, endedBy, warnings };
}

const SIDS = { callSid: `CA${'1'.repeat(32)}`, streamSid: `MZ${'1'.repeat(32)}`, accountSid: `AC${'1'.repeat(32)}` };

interface OpenCall {
  readonly desk: CallDesk;
  readonly token: string;
}

async function openCall(desk: CallDesk): Promise<OpenCall> {
  const { accountSid, callSid } = SIDS;
  const opened = await desk.open({ callSid, accountSid, from: '+15550100', to: '+15550101' });
  if (opened.type === 'refused') throw new StateError(`the desk refused a call: ${opened.reason}`);
  return { desk, token: opened.token };
}

class VirtualLine {
  readonly phone: Phone;
  endedBy: Observation['endedBy'] = 'caller';
  isOver = false;
  readonly #desk: CallDesk;
  readonly #token: string;
  readonly #downlink: PhoneLink;
  #receiver: MediaReceiver | undefined;

  constructor(clock: VirtualClock, { desk, token }: OpenCall, { file }: CallPlan, witness: Witness) {
    this.#desk = desk;
    this.#token = token;
    const net = (sink: PhoneLink) => createNetem(clock, createRandom(1), sink, { latencyMs: LATENCY_MS });
    this.#downlink = net({
      send: (text) => this.phone.receive(text),
      close: (code, reason) => {
        this.phone.linkClosed(code, reason);
        this.#receiver?.closed(code, reason);
      },
    });
    this.phone = new Phone({
      clock,
      link: net({
        send: (text) => this.#toServer(text),
        close: (code, reason) => this.#receiver?.closed(code, reason),
      }),
      identity: { ...SIDS, customParameters: {} },
      source: new LabelledCaller({ file, witness, echo: file.echo, onHangUp: () => this.phone.stop() }),
      onEnd: ({ by }) => {
        this.endedBy = by;
        this.isOver = true;
      },
    });
  }

  /** The messages before the first media are the socket's business; the rest is the session's. */
  #toServer(text: string): void {
    if (this.#receiver) return this.#receiver.message(text);
    const { event } = JSON.parse(text) as { readonly event: string };
    if (event !== 'start') return;
    const { send, close } = this.#downlink;
    const transport = { send, close: once(close), bufferedBytes: 0 };
    const attached = this.#desk.attach({ ...SIDS, token: this.#token }, transport);
    if (attached instanceof Promise) throw new StateError('the desk does not know its own call');
    if (attached.type === 'refused') throw new StateError(`the desk refused a stream: ${attached.reason}`);
    this.#receiver = attached.receiver;
  }
}

function once(close: PhoneLink['close']): PhoneLink['close'] {
  let isClosed = false;
  return (code, reason) => {
    if (!isClosed) close(code, reason);
    isClosed = true;
  };
}
