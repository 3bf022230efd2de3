/** The six vendors of a call, each a loopback server behind a gateway, and what is broken about them. */
import { openAnthropicLoopback } from '../../src/providers/anthropic/loopback.ts';
import { openAzureLoopback } from '../../src/providers/azure/loopback.ts';
import { openDeepgramLoopback } from '../../src/providers/deepgram/loopback.ts';
import { openGoogleSpeechLoopback } from '../../src/providers/google/loopback-stt.ts';
import { openGoogleVoiceLoopback } from '../../src/providers/google/loopback-tts.ts';
import type { Behaviour, Loopback, Misbehaviour } from '../../src/providers/misbehaviour.ts';
import { openOpenAiLoopback } from '../../src/providers/openai/loopback.ts';
import { answerLike } from './conversation.ts';
import type { Breakage, Fault, Station } from './fault.ts';
import { openGateway, openWrongTls } from './gateway.ts';
import { Hearing } from './hearing.ts';
import type { CallProgress } from './progress.ts';

export interface Vendors {
  /** What points Kav at the gateways. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests and connections that Kav has open now. */
  open(): number;
  /** Whether Kav has met with every fault that there is. */
  haveStruck(): boolean;
  close(): Promise<void>;
}

type OpenVendor = (behave: Behaviour, hearing: Hearing, fault: Fault) => Promise<Loopback>;

const OPEN: Readonly<Record<Station, OpenVendor>> = {
  recogniser: (behave, { words }) => openGoogleSpeechLoopback({ behave, words }),
  otherRecogniser: (behave, { words }) => openDeepgramLoopback({ behave, words }),
  model: (behave, _, { toolSeconds }) => openOpenAiLoopback({ behave, answer: answerLike(toolSeconds) }),
  otherModel: (behave, _, { toolSeconds }) => openAnthropicLoopback({ behave, answer: answerLike(toolSeconds) }),
  voice: (behave) => openGoogleVoiceLoopback({ behave }),
  otherVoice: (behave) => openAzureLoopback({ behave }),
};

export async function openVendors(fault: Fault, progress: CallProgress): Promise<Vendors> {
  const stations = Object.keys(OPEN) as Station[];
  const opened = await Promise.all(stations.map((station) => openStation(station, fault, progress)));
  return {
    env: Object.assign({}, ...opened.map(({ env }) => env)),
    open: () => opened.reduce((sum, one) => sum + one.open(), 0),
    haveStruck: () => opened.every((one) => one.haveStruck()),
    close: async () => {
      await Promise.all(opened.map((one) => one.close()));
    },
  };
}

async function openStation(station: Station, fault: Fault, progress: CallProgress): Promise<Vendors> {
  const breakage = fault.breaks[station];
  const hearing = new Hearing(progress);
  const behaviour = behaveAs(station, breakage, progress);
  const vendor = await OPEN[station](
    (request) => {
      hearing.streamOpened();
      return behaviour.behave(request);
    },
    hearing,
    fault,
  );
  const port = portOf(vendor);
  const isTls = breakage?.network === 'tls';
  const gateway = await (isTls ? openWrongTls() : openGateway(port));
  const network = breakage?.network;
  if (breakage && network && network !== 'tls') progress.when(breakage.from, () => gateway.break(network));
  const by = isTls ? `https://localhost:${gateway.port}` : `http://127.0.0.1:${gateway.port}`;
  const env = Object.entries(vendor.env).map(([key, value]) => [key, value.replace(`http://127.0.0.1:${port}`, by)]);
  return {
    env: Object.fromEntries(env),
    open: () => vendor.open,
    haveStruck: () => breakage === undefined || gateway.hasStruck || behaviour.hasStruck,
    close: async () => {
      await Promise.all([gateway.close(), vendor.close()]);
    },
  };
}

function portOf({ env }: Loopback): number {
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(Object.values(env).join(' ')) ?? [];
  return Number(port);
}

interface BadBehaviour {
  readonly behave: Behaviour;
  /** It has misbehaved. */
  readonly hasStruck: boolean;
}

/** Requests are good or bad as a whole; a recogniser's stream goes bad in its middle. */
function behaveAs(station: Station, breakage: Breakage | undefined, progress: CallProgress): BadBehaviour {
  if (!breakage?.vendor) return { behave: () => undefined, hasStruck: false };
  const { vendor, from, once } = breakage;
  let victim: number | undefined;
  const isBad = (request: number): boolean => {
    if (!progress.hasReached(from)) return false;
    victim ??= request;
    return !once || request === victim;
  };
  const isStream = station === 'recogniser' || station === 'otherRecogniser';
  return {
    behave: (request) => {
      if (isStream) return sleeping(vendor, () => isBad(request));
      return isBad(request) ? vendor : undefined;
    },
    get hasStruck() {
      return victim !== undefined;
    },
  };
}

/** Recognisers on loopback look at their misbehaviour again with each message. */
function sleeping(fault: Misbehaviour, isAwake: () => boolean): Misbehaviour {
  return new Proxy(fault, {
    get: (target, key) => (isAwake() ? Reflect.get(target, key) : ASLEEP[key as keyof typeof ASLEEP]),
  });
}

/** Slow by nothing: as it should be. */
const ASLEEP = { kind: 'slow', ms: 0 } as const;
