import type { Clock } from '../../core/clock.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { AudioChunk, TextToSpeechSession } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { streamAudio } from '../wire/http-audio.ts';
import { MulawAudio } from '../wire/mulaw-audio.ts';
import { enforcedLanguage } from './models.ts';
import { type ElevenLabsOptions, streamUrl, type VoiceChoice, WHO } from './options.ts';
import { errorOfAnswer } from './vendor-fault.ts';

/**
 * eleven_v3 is not made for speed: its users measure 1.5 s to the first byte (github.com/livekit/agents, pull request
 * 4936). The budget of a quick voice would refuse each of its sentences.
 */
const FIRST_BYTE_MS = 3_000;

/** A call's voice by one request for each sentence. */
export function openHttpSession(options: ElevenLabsOptions, choice: VoiceChoice, clock: Clock): TextToSpeechSession {
  const closing = new AbortController();

  async function* synthesize(text: string, callerSignal: AbortSignal): AsyncGenerator<AudioChunk> {
    const signal = AbortSignal.any([callerSignal, closing.signal]);
    signal.throwIfAborted();
    if (!isSpeakable(text)) return;
    const audio = new MulawAudio(WHO);
    let isHeard = false;
    const request = {
      who: WHO,
      clock,
      url: streamUrl(options, choice.voice),
      headers: { 'xi-api-key': options.key, 'content-type': 'application/json' },
      body: serializeRequest(text, choice),
      firstByteMs: FIRST_BYTE_MS,
      errorOf: errorOfAnswer,
    };
    for await (const bytes of streamAudio(request, signal)) {
      const data = audio.take(bytes);
      if (data.length === 0) continue;
      isHeard = true;
      yield { encoding: 'mulaw', data };
    }
    if (!isHeard) throw brokenAnswer(WHO, 'a sentence without audio');
  }

  return { firstByteMs: FIRST_BYTE_MS, synthesize, close: async () => closing.abort() };
}

/** https://elevenlabs.io/docs/api-reference/text-to-speech/stream */
export function serializeRequest(text: string, { model, language }: VoiceChoice): string {
  const enforced = enforcedLanguage(model, language);
  return JSON.stringify({
    text: text.toWellFormed(),
    model_id: model,
    ...(enforced === undefined ? {} : { language_code: enforced }),
  });
}
