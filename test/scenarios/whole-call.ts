/** A whole call on a virtual clock: Twilio's phone, a network between, and all of Kav but the sockets. */
import { babble } from '../../src/audio/babble.ts';
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts';
import { defaultLines } from '../../src/call/agent-lines.ts';
import { AgentRuntime, type AgentRuntimeOptions } from '../../src/call/agent-runtime.ts';
import type { Audience } from '../../src/call/call-tap.ts';
import { type Cluster, createSoloCluster } from '../../src/call/cluster.ts';
import type { AfterStream, Attached } from '../../src/call/desk.ts';
import type { JournalEntry, JournalHead } from '../../src/call/journal.ts';
import type { Recorders } from '../../src/call/session-recording.ts';
import { StreamTokens } from '../../src/call/stream-tokens.ts';
import { Switchboard } from '../../src/call/switchboard.ts';
import type { Tool } from '../../src/call/tool.ts';
import type { MediaReceiver } from '../../src/call/transport.ts';
import { createNewsDesk, type NewsDesk } from '../../src/cli/provider-news.ts';
import type { Prices } from '../../src/core/cost.ts';
import type { Fact } from '../../src/core/fact.ts';
import { type CallSettings, defaultSettings } from '../../src/core/settings.ts';
import type { EndpointingModel } from '../../src/endpointing-model/contract.ts';
import type { Log, LogFields } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import type { Traces } from '../../src/observe/traces.ts';
import type { Brain, SpeechToText, TextToSpeech } from '../../src/providers/contracts.ts';
import { createFakeBrain } from '../../src/providers/fake/brain.ts';
import { createFakeSpeechToText } from '../../src/providers/fake/speech-to-text.ts';
import { createFakeTextToSpeech } from '../../src/providers/fake/text-to-speech.ts';
import { meteredBrain, meteredRecogniser, meteredVoice } from '../../src/providers/metered.ts';
import { Caller, type CallerStep } from '../../src/simulator/caller.ts';
import { type Clip, createClip } from '../../src/simulator/clip.ts';
import { createNetem, type Netem } from '../../src/simulator/netem.ts';
import { type FrameSource, Phone } from '../../src/simulator/phone.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { createEnergyDetectors } from '../../src/vad/energy-detector.ts';

export interface OfficeOptions {
  readonly stt?: (clock: VirtualClock) => SpeechToText;
  readonly brain?: (clock: VirtualClock, news: NewsDesk) => Brain;
  readonly tts?: (clock: VirtualClock) => TextToSpeech;
  readonly settings?: Partial<CallSettings>;
  readonly greeting?: AgentRuntimeOptions['greeting'];
  readonly tools?: Readonly<Record<string, Tool>>;
  readonly env?: Readonly<Record<string, string>>;
  /** An office of its own has a clock of its own, is alone, and keeps its facts to itself. */
  readonly clock?: VirtualClock;
  readonly traces?: Traces;
  readonly prices?: Prices;
  readonly cluster?: Cluster;
  readonly recording?: AgentRuntimeOptions['recording'];
  readonly recorders?: Recorders;
  readonly endpointingModel?: (clock: VirtualClock) => EndpointingModel;
  readonly keep?: (fact: Fact) => void;
  readonly audience?: Audience;
  readonly date?: () => Date;
  /** Called for each journal entry before it is kept; may throw. */
  readonly onEntry?: (callSid: string, entry: JournalEntry) => void;
}

export interface KeptJournal {
  readonly head: JournalHead;
  readonly entries: JournalEntry[];
}

/** A Kav without sockets, and everything it says to the outside. */
export class Office {
  readonly clock: VirtualClock;
  readonly journals = new Map<string, KeptJournal>();
  readonly logs: { readonly event: string; readonly fields: LogFields }[] = [];
  readonly metrics = createMetrics();
  readonly facts: Fact[] = [];
  /** What chains of providers tell their news to. */
  readonly news: NewsDesk;
  readonly log: Log = this.#createLog({});
  readonly runtime: AgentRuntime;
  readonly desk: Switchboard;

  constructor(options: OfficeOptions = {}) {
    this.clock = options.clock ?? new VirtualClock();
    const { clock, metrics } = this;
    const cluster = options.cluster ?? createSoloCluster('test');
    const note = (fact: Fact): void => {
      this.facts.push(fact);
      options.keep?.(fact);
    };
    this.news = createNewsDesk({ clock, metrics, log: this.#createLog({}), calls: () => this.desk });
    const { meter } = this.news;
    const context = { clock: this.clock, env: options.env ?? {}, warn: () => {} };
    this.runtime = new AgentRuntime({
      name: 'Test',
      language: 'en-US',
      greeting: options.greeting ?? 'Good morning, this is the test office.',
      lines: defaultLines('en-US'),
      tools: options.tools ?? {},
      ...(options.recording ? { recording: options.recording } : {}),
      settings: { ...defaultSettings, ...options.settings },
      stt: meteredRecogniser(options.stt?.(clock) ?? createFakeSpeechToText(context), meter),
      brain: meteredBrain(options.brain?.(clock, this.news) ?? createFakeBrain(context), meter),
      tts: meteredVoice(options.tts?.(clock) ?? createFakeTextToSpeech(context), meter),
    });
    this.desk = new Switchboard({
      clock: this.clock,
      agent: this.runtime,
      journals: { open: (head) => this.#openJournal(head, options.onEntry) },
      log: this.#createLog({}),
      metrics,
      traces: options.traces,
      prices: options.prices,
      version: 'test',
      detectors: createEnergyDetectors(),
      vadRms: 210,
      endpointingModel: options.endpointingModel?.(this.clock),
      mostCalls: 100,
      accountSid: undefined,
      tokens: new StreamTokens(['secret of the test']),
      cluster,
      recorders: options.recorders,
      audience: options.audience,
      facts: {
        log: { append: async (fact) => note(fact), note },
        tenant: 'default',
        node: cluster.node,
        date: options.date ?? (() => new Date(this.clock.now())),
      },
    });
  }

  #openJournal(head: JournalHead, onEntry: OfficeOptions['onEntry']) {
    const journal: KeptJournal = { head, entries: [] };
    this.journals.set(head.callSid, journal);
    return {
      write: (entry: JournalEntry) => {
        onEntry?.(head.callSid, entry);
        journal.entries.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
      },
      close: async () => {},
    };
  }

  #createLog(bound: LogFields): Log {
    const write = (event: string, fields: LogFields = {}): void => {
      this.logs.push({ event, fields: { ...bound, ...fields } });
    };
    return {
      debug: write,
      info: write,
      warn: write,
      error: write,
      child: (fields) => this.#createLog({ ...bound, ...fields }),
    };
  }

  count(event: string): number {
    return this.logs.filter((line) => line.event === event).length;
  }
}

const ACCOUNT = `AC${'0'.repeat(32)}`;

export interface LineOptions {
  readonly net?: Netem;
  /** The agent's voice comes back, so much softer and so much later. */
  readonly echo?: { readonly gainDb: number; readonly delayMs: number };
  /** A further stream of a call that has lost one, with the token that Twilio was given. */
  readonly resumes?: { readonly token: string; readonly attempt: number };
  /** The office whose webhook announced the call, when its stream comes to another. */
  readonly announcedTo?: Office;
}

function withEcho(caller: FrameSource, { gainDb, delayMs }: NonNullable<LineOptions['echo']>): FrameSource {
  const gain = 10 ** (gainDb / 20);
  const late: Int16Array[] = Array.from({ length: delayMs / 20 }, () => new Int16Array(160));
  return {
    next: (heard, atMs) => {
      late.push(decodeMulaw(heard));
      const echo = late.shift()!;
      const own = decodeMulaw(caller.next(heard, atMs));
      return encodeMulaw(own.map((sample, i) => Math.max(-32_000, Math.min(32_000, sample + echo[i]! * gain))));
    },
  };
}

/** One caller on the line. */
export class Line {
  readonly callSid: string;
  readonly streamSid: string;
  readonly phone: Phone;
  readonly caller: Caller;
  /** What the server sent, as text, in order. */
  readonly received: { readonly at: number; readonly text: string }[] = [];
  /** Resolves when the webhook has been answered, which other nodes may make wait. */
  readonly announced: Promise<void>;
  end: string | undefined;
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  receiver: MediaReceiver | undefined;

  constructor(
    office: Office,
    number: number,
    steps: readonly CallerStep[],
    { net = { latencyMs: 30 }, echo, resumes, announcedTo = office }: LineOptions = {},
  ) {
    const { clock, desk } = office;
    this.callSid = `CA${String(number).padStart(32, '0')}`;
    this.streamSid = `MZ${String(1_000 * ((resumes?.attempt ?? 1) - 1) + number).padStart(32, '0')}`;
    // Known long before the telephone, a network away, has sent its first message.
    let token = resumes?.token ?? '';
    this.announced = resumes
      ? Promise.resolve()
      : announcedTo.desk
          .open({ callSid: this.callSid, accountSid: ACCOUNT, from: '+972501234567', to: '+972771234567' })
          .then((opened) => {
            token = opened.type === 'accepted' ? opened.token : '';
          });
    const random = createRandom(number);
    const uplink = createNetem(
      clock,
      random,
      { send: (text) => this.#toServer(text), close: (code, reason) => this.receiver?.closed(code, reason) },
      net,
    );
    const downlink = createNetem(
      clock,
      random,
      {
        send: (text) => {
          this.received.push({ at: clock.now(), text });
          this.phone.receive(text);
        },
        close: (code, reason) => {
          this.closedWith = { code, reason };
          this.phone.linkClosed(code, reason);
          this.receiver?.closed(code, reason);
        },
      },
      net,
    );
    let closed = false;
    const transport = {
      send: (text: string) => downlink.send(text),
      close: (code: number, reason: string) => {
        if (!closed) downlink.close(code, reason);
        closed = true;
      },
      bufferedBytes: 0,
    };
    this.#attach = () => {
      const start = { streamSid: this.streamSid, callSid: this.callSid, accountSid: ACCOUNT, token };
      const attached = desk.attach(start, transport);
      if (attached instanceof Promise) void attached.then((answer) => this.#attached(answer));
      else this.#attached(attached);
    };
    this.caller = new Caller({
      steps,
      seed: number,
      onDigit: (digit) => this.phone.dtmf(digit),
      onHangUp: () => this.phone.stop(),
    });
    this.phone = new Phone({
      clock,
      link: uplink,
      identity: { callSid: this.callSid, streamSid: this.streamSid, accountSid: ACCOUNT, customParameters: {} },
      source: echo ? withEcho(this.caller, echo) : this.caller,
      onEnd: ({ by }) => {
        this.end = by;
      },
    });
  }

  readonly #attach: () => void;

  #attached(attached: Attached): void {
    if (attached.type === 'refused') throw new Error(attached.reason);
    this.receiver = attached.receiver;
  }

  /** The socket dies without a farewell: what the server notices, and what it would be told by Twilio afterwards. */
  cut(): void {
    this.receiver?.closed(1006, '');
    this.receiver = undefined;
    this.phone.stop();
  }

  /** `start` is the socket's business; everything after it is the session's. */
  #toServer(text: string): void {
    const { event } = JSON.parse(text) as { readonly event: string };
    if (event === 'connected') return;
    if (event === 'start') this.#attach();
    else this.receiver?.message(text);
  }
}

/** Syllables without words: speech, as far as any detector can tell. */
export function speech(ms: number): Clip {
  return createClip(encodeMulaw(Int16Array.from(babble(ms, 16_000, ms))));
}

export const say = (ms: number, text = 'words'): CallerStep => ({ type: 'say', text, clip: speech(ms) });
export const sayOver = (ms: number, afterMs: number, text = 'words'): CallerStep => ({
  type: 'say-over',
  text,
  clip: speech(ms),
  afterMs,
  timeoutMs: 15_000,
});
export const waitForAgent: CallerStep = { type: 'wait-for-agent', quietMs: 700, timeoutMs: 20_000 };
export const wait = (ms: number): CallerStep => ({ type: 'wait', ms });
export const hangUp: CallerStep = { type: 'hang-up' };

/** Places one call in an office of its own and lets it run to its end, or for `forMs`. */
export async function wholeCall(
  steps: readonly CallerStep[],
  options: OfficeOptions & LineOptions & { readonly forMs?: number } = {},
): Promise<{ readonly office: Office; readonly line: Line; readonly journal: KeptJournal }> {
  const office = new Office(options);
  await office.runtime.prepare();
  const line = new Line(office, 1, steps, options);
  line.phone.start();
  await run(office, [line], options.forMs);
  return { office, line, journal: office.journals.get(line.callSid)! };
}

/** Moves time until every line has ended, or for `forMs`. */
export async function run(office: Office, lines: readonly Line[], forMs = 240_000): Promise<void> {
  const until = office.clock.now() + forMs;
  while (office.clock.now() < until && lines.some((line) => line.end === undefined)) await office.clock.advance(1_000);
  await office.clock.advance(3_000);
}

/** What Twilio is told when it asks, with the caller still on the line. */
export const afterStream = ({ desk }: Office, { callSid }: Line): Promise<AfterStream> =>
  desk.afterStream({ callSid, accountSid: ACCOUNT, callStatus: 'in-progress', request: '' });
