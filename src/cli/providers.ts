/** Which providers serve an agent: its chains or the environment's, every entry that this machine can have. */
import type { Agent } from '../call/agent.ts';
import { ConfigError } from '../core/errors.ts';
import type { Brain, ProviderContext, ProviderOffer, SpeechToText, TextToSpeech } from '../providers/contracts.ts';
import type { Flow } from '../providers/flow/definition.ts';
import { meteredBrain, meteredRecogniser, meteredVoice, type ProviderMeter } from '../providers/metered.ts';
import { openBrain, openSpeechToText, openTextToSpeech, vendorOf } from '../providers/registry.ts';
import type { ProviderHealth } from '../providers/resilience/health.ts';
import type { OnProviderNews } from '../providers/resilience/news.ts';
import type { Environment } from './environment.ts';

export interface ChosenProviders {
  readonly stt: SpeechToText;
  readonly brain: Brain;
  readonly tts: TextToSpeech;
  /** The first of `tts` alone. */
  readonly ownVoice: TextToSpeech;
  /** The voice's name at the first of `tts`. */
  readonly voice: string | undefined;
  /** What was passed over, and why, one plain line each. */
  readonly passedOver: readonly string[];
  /** What can be had of each chain, in its order; flows, which are no vendor's, are left out. */
  readonly serving: readonly ServingSpec[];
}

/** An entry of a chain as the agent or the environment writes it. */
export interface ServingSpec {
  readonly operation: 'stt' | 'brain' | 'tts';
  readonly spec: string;
  /** The voice's name there, where the agent gives one. */
  readonly voice?: string;
}

export interface ChoosingOptions {
  readonly environment: Environment;
  readonly context: ProviderContext;
  readonly health: ProviderHealth;
  readonly onNews: OnProviderNews;
  readonly meter: ProviderMeter;
}

/** Throws `ConfigError` when a chain names nothing that this machine has. */
export async function chooseProviders(agent: Agent, options: ChoosingOptions): Promise<ChosenProviders> {
  const passedOver: string[] = [];
  const serving: ServingSpec[] = [];
  const chains = { passedOver, serving };
  const stt = await chooseRecogniser(agent, options, chains);
  const voices = await chooseVoice(agent, options, chains);
  const brain = await chooseBrain(agent, options, chains);
  return { stt, brain, ...voices, passedOver, serving };
}

/** What is learnt of the chains on the way. */
interface Chains {
  readonly passedOver: string[];
  readonly serving: ServingSpec[];
}

/** One entry of a chain that can be had. */
interface Link<P> {
  readonly provider: P;
  /** As it is written; undefined for a flow. */
  readonly spec: string | undefined;
  /** The vendor's name, or `flow`. */
  readonly name: string;
  /** Runs in this process: there is no line that could drop, and nobody to wait for. */
  readonly isLocal: boolean;
}

async function chooseRecogniser(
  agent: Agent,
  { context, environment, meter, ...watch }: ChoosingOptions,
  chains: Chains,
): Promise<SpeechToText> {
  const names = listOf(environment.KAV_STT) ?? agent.stt;
  const opened = await openChain(names, 'KAV_STT', chains.passedOver, (spec) => openSpeechToText(spec, context));
  chains.serving.push(...specsOf('stt', opened));
  const chain = opened.map((link) => ({ ...link, provider: meteredRecogniser(link.provider, meter) }));
  if (chain[0]!.isLocal) return chain[0]!.provider;
  const { createResilientRecogniser } = await import('../providers/resilience/recogniser.ts');
  return createResilientRecogniser(providersOf(chain), { clock: context.clock, ...watch });
}

async function chooseVoice(
  agent: Agent,
  { context, environment, meter, ...watch }: ChoosingOptions,
  chains: Chains,
): Promise<Pick<ChosenProviders, 'tts' | 'ownVoice' | 'voice'>> {
  const names = listOf(environment.KAV_TTS) ?? agent.tts;
  const opened = await openChain(names, 'KAV_TTS', chains.passedOver, (spec) => openTextToSpeech(spec, context));
  chains.serving.push(...specsOf('tts', opened, (name) => voiceOf(agent, name)));
  const chain = opened.map((link) => ({ ...link, provider: meteredVoice(link.provider, meter) }));
  const voice = voiceOf(agent, chain[0]!.name);
  if (chain[0]!.isLocal) {
    const tts = chain[0]!.provider;
    return { tts, ownVoice: tts, voice };
  }
  const { createResilientVoice } = await import('../providers/resilience/voice.ts');
  const voices = chain.map(({ provider, name }) => {
    const own = voiceOf(agent, name);
    return own === undefined ? { provider } : { provider, voice: own };
  });
  const options = { clock: context.clock, ...watch };
  const tts = createResilientVoice(voices, options);
  return { tts, ownVoice: createResilientVoice(voices.slice(0, 1), options), voice };
}

async function chooseBrain(
  agent: Agent,
  { context, environment, meter, ...watch }: ChoosingOptions,
  chains: Chains,
): Promise<Brain> {
  const { flowBrain } = await import('../providers/flow/brain.ts');
  const opened = await openChain(brainsOf(agent, environment), 'KAV_BRAIN', chains.passedOver, async (entry) =>
    typeof entry === 'string' ? openBrain(entry, context) : { ok: true, provider: flowBrain(entry) },
  );
  chains.serving.push(...specsOf('brain', opened));
  const chain = opened.map((link) => ({ ...link, provider: meteredBrain(link.provider, meter) }));
  if (chain[0]!.isLocal) return chain[0]!.provider;
  const [{ createResilientBrain }, { messageFlow }] = await Promise.all([
    import('../providers/resilience/brain.ts'),
    import('../providers/flow/message.ts'),
  ]);
  const hasFlow = chain.some(({ name }) => name === 'flow');
  const message = hasFlow ? undefined : messageFlow(agent.language);
  const brains = [...providersOf(chain), ...(message ? [flowBrain(message)] : [])];
  return createResilientBrain(brains, { clock: context.clock, ...watch });
}

/** `flow` stands for the flow in the agent's file, so that it can be chosen over the agent's model. */
function brainsOf(agent: Agent, environment: Environment): readonly (string | Flow)[] {
  const flows = agent.brain.filter((entry) => typeof entry !== 'string');
  const names = listOf(environment.KAV_BRAIN);
  return names ? names.flatMap((name): (string | Flow)[] => (name === 'flow' ? flows : [name])) : agent.brain;
}

/** A voice's name means something only to the provider whose voice it is. */
function voiceOf({ tts, voice }: Agent, name: string): string | undefined {
  if (typeof voice !== 'string') return voice?.[name];
  return vendorOf(tts[0]!)?.name === name ? voice : undefined;
}

function listOf(value: string | undefined): readonly string[] | undefined {
  const names = value?.split(',').map((name) => name.trim());
  return names?.filter((name) => name !== '');
}

function specsOf(
  operation: ServingSpec['operation'],
  links: readonly Link<unknown>[],
  voiceAt: (name: string) => string | undefined = () => undefined,
): readonly ServingSpec[] {
  return links.flatMap(({ name, spec }) => {
    const voice = voiceAt(name);
    return spec === undefined ? [] : [{ operation, spec, ...(voice === undefined ? {} : { voice }) }];
  });
}

const providersOf = <P>(chain: readonly Link<P>[]): readonly P[] => chain.map(({ provider }) => provider);

/**
 * All entries of a chain that can be had, up to the first that is local: it cannot fail for want of a vendor, so that
 * nothing behind it would ever serve. A stand-in serves alone or not at all. Those that cannot be had are named, because nobody should wonder.
 */
async function openChain<Entry, P>(
  entries: readonly Entry[],
  key: string,
  passedOver: string[],
  open: (entry: Entry) => Promise<ProviderOffer<P>>,
): Promise<readonly Link<P>[]> {
  const chain: Link<P>[] = [];
  const reasons: string[] = [];
  for (const entry of entries) {
    const kind = kindOf(entry);
    if (kind.isStandIn && chain.length > 0) break;
    const offer = await open(entry).catch(refusalOf);
    if (!offer.ok) {
      reasons.push(offer.reason);
      continue;
    }
    chain.push({ provider: offer.provider, spec: typeof entry === 'string' ? entry : undefined, ...kind });
    if (kind.isLocal) break;
  }
  if (chain.length > 0) {
    passedOver.push(...reasons);
    return chain;
  }
  const problem = reasons.length > 0 ? reasons.join('; ') : 'names nothing that the agent has';
  throw new ConfigError(key, problem, `Name a provider that this machine has; \`fake\` is always there.`);
}

function kindOf(entry: unknown): { readonly name: string; readonly isLocal: boolean; readonly isStandIn: boolean } {
  if (typeof entry !== 'string') return { name: 'flow', isLocal: true, isStandIn: false };
  const { name = entry, isLocal = false, isStandIn = false } = vendorOf(entry) ?? {};
  return { name, isLocal, isStandIn };
}

/** A provider that is there but set up wrongly is passed over as well, and named with what is wrong. */
function refusalOf(error: unknown): { readonly ok: false; readonly reason: string } {
  if (error instanceof ConfigError) return { ok: false, reason: error.message };
  throw error;
}
