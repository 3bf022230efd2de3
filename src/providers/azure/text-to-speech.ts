import { isSpeakable } from '../../text/speakable.ts';
import { BUDGETS } from '../budgets.ts';
import type { AudioChunk, Opener, ProviderContext, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { brokenAnswer, errorOfStatus } from '../vendor-error.ts';
import { streamAudio } from '../wire/http-audio.ts';
import { MulawAudio } from '../wire/mulaw-audio.ts';
import { type AzureOptions, OUTPUT_FORMAT, parseOptions, WHO } from './options.ts';
import { serializeSsml } from './ssml.ts';
import { defaultVoice, speaksLanguage } from './voices.ts';

/**
 * `azure`, or `azure:<voice>`. Each sentence is one request, and is spoken as it streams in:
 * https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
 */
export const openTextToSpeech: Opener<TextToSpeech> = async (context, model) => {
  const options = parseOptions(context.env, model);
  if (typeof options === 'string') return { ok: false, reason: options };
  const closing = new AbortController();
  const warned = new Set<string>();

  const choose = (call: TextToSpeechOptions): string => {
    const voice = call.voice ?? options.voice ?? defaultVoice(call.language);
    if (!speaksLanguage(voice, call.language) && !warned.has(`${voice} ${call.language}`)) {
      warned.add(`${voice} ${call.language}`);
      context.warn(
        `Azure's voice ${voice} does not speak ${call.language}: name one that does as the agent's voice ` +
          '(speech.microsoft.com, Voice Gallery).',
      );
    }
    return voice;
  };

  const open: TextToSpeech['open'] = (call) => {
    const voice = choose(call);
    const hangUp = new AbortController();
    const ended = AbortSignal.any([closing.signal, hangUp.signal]);
    return {
      synthesize: (text, signal) => {
        const ssml = serializeSsml({ text, voice, language: call.language });
        return speak({ options, clock: context.clock, ssml, text }, AbortSignal.any([signal, ended]));
      },
      close: async () => hangUp.abort(),
    };
  };

  return { ok: true, provider: { name: 'azure', open, close: async () => closing.abort() } };
};

interface Sentence {
  readonly options: AzureOptions;
  readonly clock: ProviderContext['clock'];
  readonly text: string;
  readonly ssml: string;
}

async function* speak({ options, clock, text, ssml }: Sentence, signal: AbortSignal): AsyncGenerator<AudioChunk> {
  signal.throwIfAborted();
  if (!isSpeakable(text)) return;
  const audio = new MulawAudio(WHO);
  const request = {
    who: WHO,
    clock,
    url: options.url,
    headers: {
      'Ocp-Apim-Subscription-Key': options.key,
      'Content-Type': 'application/ssml+xml',
      'X-Microsoft-OutputFormat': OUTPUT_FORMAT,
      // Required, and shorter than 255 characters.
      'User-Agent': 'kav',
    },
    body: ssml,
    firstByteMs: BUDGETS.ttsFirstByteMs,
    // The body is empty, or quotes the request.
    errorOf: (failure: Parameters<typeof errorOfStatus>[1]) => errorOfStatus(WHO, failure),
  };
  let isHeard = false;
  for await (const bytes of streamAudio(request, signal)) {
    const data = audio.take(bytes);
    if (data.length === 0) continue;
    isHeard = true;
    yield { encoding: 'mulaw', data };
  }
  if (!isHeard) throw brokenAnswer(WHO, 'a sentence without audio');
}
