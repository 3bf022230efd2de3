/** Providers by the names that agents and the environment use. A vendor's code is loaded when it is asked for. */
import { anthropic } from './anthropic/vendor.ts';
import { azure } from './azure/vendor.ts';
import { cartesia } from './cartesia/vendor.ts';
import type { Brain, Opener, ProviderContext, ProviderOffer, SpeechToText, TextToSpeech, Vendor } from './contracts.ts';
import { deepgram } from './deepgram/vendor.ts';
import { elevenlabs } from './elevenlabs/vendor.ts';
import { fake } from './fake/vendor.ts';
import { flite } from './flite/vendor.ts';
import { gemini } from './gemini/vendor.ts';
import { google } from './google/vendor.ts';
import { openai } from './openai/vendor.ts';
import { pocketsphinx } from './pocketsphinx/vendor.ts';
import { scripted } from './scripted/vendor.ts';
import { sherpa } from './sherpa/vendor.ts';

/** All that Kav knows, those that need nobody's account last. A new one is a line here and a folder. */
export const VENDORS: readonly Vendor[] = [
  google,
  openai,
  deepgram,
  elevenlabs,
  azure,
  cartesia,
  anthropic,
  gemini,
  sherpa,
  pocketsphinx,
  flite,
  scripted,
  fake,
];

/** Flows are brains too, but they are data of an agent and have no name here. */
export const PROVIDER_NAMES = { stt: namesOf('stt'), brain: namesOf('brain'), tts: namesOf('tts') } as const;

/** `spec` is a name, or `name:model`. Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openSpeechToText(spec: string, context: ProviderContext): Promise<ProviderOffer<SpeechToText>> {
  return open('recogniser', 'stt', spec, context);
}

/** `spec` is a name, or `name:model`. Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openBrain(spec: string, context: ProviderContext): Promise<ProviderOffer<Brain>> {
  return open('brain', 'brain', spec, context);
}

/** `spec` is a name, or `name:model`. Throws `ConfigError` when the provider is there and its settings are wrong. */
export function openTextToSpeech(spec: string, context: ProviderContext): Promise<ProviderOffer<TextToSpeech>> {
  return open('voice', 'tts', spec, context);
}

/** Whose provider a spec names; undefined for a name that Kav does not know. */
export function vendorOf(spec: string): Vendor | undefined {
  const [name] = splitSpec(spec);
  return VENDORS.find((vendor) => vendor.name === name);
}

interface Offered {
  readonly stt: SpeechToText;
  readonly brain: Brain;
  readonly tts: TextToSpeech;
}

async function open<Kind extends keyof Offered>(
  what: string,
  kind: Kind,
  spec: string,
  context: ProviderContext,
): Promise<ProviderOffer<Offered[Kind]>> {
  const [name, model] = splitSpec(spec);
  const opener = vendorOf(spec)?.[kind] as Opener<Offered[Kind]> | undefined;
  if (opener) return opener(context, model);
  return { ok: false, reason: `no ${what} is called "${name}"; there are ${namesOf(kind).join(', ')}` };
}

/** `openai:ft:gpt-5:acme` is the model `ft:gpt-5:acme` of OpenAI. */
export function splitSpec(spec: string): readonly [name: string, model: string | undefined] {
  const colon = spec.indexOf(':');
  return colon < 0 ? [spec, undefined] : [spec.slice(0, colon), spec.slice(colon + 1)];
}

function namesOf(kind: keyof Offered): readonly string[] {
  return VENDORS.filter((vendor) => vendor[kind] !== undefined).map(({ name }) => name);
}
