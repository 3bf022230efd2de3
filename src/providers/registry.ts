/** Providers by the names that agents and the environment use. A provider's code is loaded when it is asked for. */
import type { Brain, ProviderContext, SpeechToText, TextToSpeech } from './contracts.ts';

/** A provider, or why this machine cannot have it: a line for the operator, with the remedy. */
export type ProviderOffer<P> =
  | { readonly ok: true; readonly provider: P }
  | { readonly ok: false; readonly reason: string };

type Opener<P> = (context: ProviderContext) => Promise<ProviderOffer<P>>;

const SPEECH_TO_TEXT = {
  pocketsphinx: async (context) => {
    const { isPocketsphinxAvailable } = await import('./pocketsphinx/availability.ts');
    const available = await isPocketsphinxAvailable(context);
    if (!available.ok) return available;
    const { createPocketsphinx } = await import('./pocketsphinx/client.ts');
    return { ok: true, provider: createPocketsphinx(context) };
  },
  scripted: async (context) => {
    const { openScripted } = await import('./scripted/client.ts');
    return { ok: true, provider: await openScripted(context) };
  },
  fake: async (context) => {
    const { createFakeSpeechToText } = await import('./fake/speech-to-text.ts');
    return { ok: true, provider: createFakeSpeechToText(context) };
  },
} satisfies Record<string, Opener<SpeechToText>>;

const BRAIN = {
  fake: async (context) => {
    const { createFakeBrain } = await import('./fake/brain.ts');
    return { ok: true, provider: createFakeBrain(context) };
  },
} satisfies Record<string, Opener<Brain>>;

const TEXT_TO_SPEECH = {
  flite: async (context) => {
    const { createFlite } = await import('./flite/client.ts');
    return { ok: true, provider: createFlite(context) };
  },
  fake: async (context) => {
    const { createFakeTextToSpeech } = await import('./fake/text-to-speech.ts');
    return { ok: true, provider: createFakeTextToSpeech(context) };
  },
} satisfies Record<string, Opener<TextToSpeech>>;

/** Flows are brains too, but they are data of an agent and have no name here. */
export const PROVIDER_NAMES = {
  stt: Object.keys(SPEECH_TO_TEXT),
  brain: Object.keys(BRAIN),
  tts: Object.keys(TEXT_TO_SPEECH),
} as const;

/** Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openSpeechToText(name: string, context: ProviderContext): Promise<ProviderOffer<SpeechToText>> {
  return open('recogniser', SPEECH_TO_TEXT, name, context);
}

/** Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openBrain(name: string, context: ProviderContext): Promise<ProviderOffer<Brain>> {
  return open('brain', BRAIN, name, context);
}

/** Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openTextToSpeech(name: string, context: ProviderContext): Promise<ProviderOffer<TextToSpeech>> {
  return open('voice', TEXT_TO_SPEECH, name, context);
}

async function open<P>(
  kind: string,
  openers: Readonly<Record<string, Opener<P>>>,
  name: string,
  context: ProviderContext,
): Promise<ProviderOffer<P>> {
  const opener = Object.hasOwn(openers, name) ? openers[name] : undefined;
  if (opener) return opener(context);
  return { ok: false, reason: `no ${kind} is called "${name}"; there are ${Object.keys(openers).join(', ')}` };
}
