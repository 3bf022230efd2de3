import type OpenAI from 'openai';
import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { isSpeakable } from '../../text/speakable.ts';
import { BUDGETS } from '../budgets.ts';
import type { AudioChunk, Opener, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { errorOfSdk } from '../wire/sdk-error.ts';
import { withinBudget } from '../wire/stream-budget.ts';
import { createWarmUp } from '../wire/warm-up.ts';
import { createOpenAi } from './client.ts';
import { voiceOptions } from './options.ts';
import { PcmError, PcmReader } from './pcm-reader.ts';

const WHO = { provider: 'openai', operation: 'tts' } as const;
/** Every model of theirs has it. */
const DEFAULT_VOICE = 'nova';

/** OpenAI's voices, or those of a server that speaks its protocol. Throws `ConfigError` for a wrong address. */
export const openTextToSpeech: Opener<TextToSpeech> = async ({ clock, env }, name) => {
  const offer = voiceOptions(env, name);
  if (!offer.ok) return offer;
  const { baseUrl, model } = offer.options;
  const sdk = createOpenAi(offer.options);
  const warmUp = createWarmUp(clock, baseUrl);
  const allClosing = new AbortController();
  const provider: TextToSpeech = {
    name: 'openai',
    open(options) {
      warmUp.touch();
      const closing = new AbortController();
      return {
        synthesize: (text, signal) => {
          const until = AbortSignal.any([signal, closing.signal, allClosing.signal]);
          return synthesize({ sdk, clock, body: requestOf(model, options, text) }, until);
        },
        close: async () => closing.abort(),
      };
    },
    async close() {
      allClosing.abort();
      warmUp.close();
    },
  };
  return { ok: true, provider };
};

type SpeechRequest = OpenAI.Audio.SpeechCreateParams;

function requestOf(
  model: string,
  { language, voice = DEFAULT_VOICE }: TextToSpeechOptions,
  text: string,
): SpeechRequest {
  return {
    model,
    voice,
    input: text.toWellFormed(),
    response_format: 'pcm',
    // The older models take none.
    ...(model.startsWith('gpt-') ? { instructions: `Speak on the telephone, in the language ${language}.` } : {}),
  };
}

interface Speaking {
  readonly sdk: OpenAI;
  readonly clock: Clock;
  readonly body: SpeechRequest;
}

async function* synthesize({ sdk, clock, body }: Speaking, signal: AbortSignal): AsyncGenerator<AudioChunk> {
  signal.throwIfAborted();
  if (!isSpeakable(body.input)) return;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const waitMs = (last: AudioChunk | undefined): number => (last ? BUDGETS.ttsIdleMs : BUDGETS.ttsFirstByteMs);
  try {
    for await (const chunk of withinBudget(readAudio(sdk, body, either), { clock, who: WHO, stop, waitMs })) {
      signal.throwIfAborted();
      yield chunk;
    }
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (stop.signal.reason instanceof ProviderError) throw stop.signal.reason;
    throw error instanceof PcmError ? brokenAnswer(WHO, error.message) : errorOfSdk(WHO, error);
  }
}

async function* readAudio(sdk: OpenAI, body: SpeechRequest, signal: AbortSignal): AsyncGenerator<AudioChunk> {
  const response = await sdk.audio.speech.create(body, { signal });
  const type = response.headers.get('content-type') ?? '';
  if (/^(?:text|application\/json|audio\/(?:mpeg|ogg|aac|flac|opus))/.test(type)) {
    await response.body?.cancel();
    throw brokenAnswer(WHO, `${type.slice(0, 40)} instead of samples`);
  }
  const reader = new PcmReader();
  let isEmpty = true;
  for await (const bytes of response.body ?? []) {
    const pcm = reader.read(bytes);
    if (!pcm) continue;
    isEmpty = false;
    yield { encoding: 'pcm16', ...pcm };
  }
  signal.throwIfAborted();
  if (isEmpty) throw brokenAnswer(WHO, 'no audio');
}
