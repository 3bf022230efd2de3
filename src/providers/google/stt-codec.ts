/**
 * Google's StreamingRecognize, both versions: requests out, news in. Shapes:
 * https://cloud.google.com/speech-to-text/v2/docs/reference/rpc/google.cloud.speech.v2 and …/docs/reference/rpc/google.cloud.speech.v1.
 */
import type { protos } from '@google-cloud/speech';
import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { SpeechTarget } from './options.ts';

type V1 = typeof protos.google.cloud.speech.v1;
type V2 = typeof protos.google.cloud.speech.v2;
export type SpeechRequest =
  | protos.google.cloud.speech.v1.IStreamingRecognizeRequest
  | protos.google.cloud.speech.v2.IStreamingRecognizeRequest;
export type SpeechResponse =
  | ReturnType<V1['StreamingRecognizeResponse']['create']>
  | ReturnType<V2['StreamingRecognizeResponse']['create']>;

/** Words of a stretch of the stream's audio. */
export interface Heard {
  readonly text: string;
  readonly isFinal: boolean;
  /** Where the stretch ends, from the stream's beginning; not every model tells. */
  readonly endMs: number | undefined;
}

export interface SpeechNews {
  /** In the order of the audio. What is not final replaces all that was not final before. */
  readonly heard: readonly Heard[];
  readonly activity?: 'begin' | 'end';
  /** Version 1 can report a failure inside a message. */
  readonly failure?: { readonly code: number; readonly details: string };
}

/** https://cloud.google.com/speech-to-text/quotas: phrases a request, characters a phrase. */
const MAX_PHRASES = 500;
const MAX_PHRASE_LENGTH = 100;
/** Of 0 … 20; high values invent the phrases (https://cloud.google.com/speech-to-text/docs/adaptation-model). */
const PHRASE_BOOST = 10;

/** The message that opens a stream. */
export function serializeConfig(target: SpeechTarget, phrases: readonly string[]): SpeechRequest {
  const usable = phrases.filter((phrase) => phrase !== '' && phrase.length <= MAX_PHRASE_LENGTH).slice(0, MAX_PHRASES);
  return target.version === 'v1' ? v1Config(target, usable) : v2Config(target, usable);
}

function v2Config(target: SpeechTarget, phrases: readonly string[]): SpeechRequest {
  const { projectId, location, model, languageCode } = target;
  const phraseSet = { phrases: phrases.map((value) => ({ value, boost: PHRASE_BOOST })) };
  return {
    recognizer: `projects/${projectId}/locations/${location}/recognizers/_`,
    streamingConfig: {
      config: {
        explicitDecodingConfig: { encoding: 'MULAW', sampleRateHertz: SAMPLE_RATE_HZ, audioChannelCount: 1 },
        model,
        languageCodes: [languageCode],
        // A model refuses what it does not know for a language; Chirp punctuates all of its own.
        ...(model.startsWith('chirp') ? { features: { enableAutomaticPunctuation: true } } : {}),
        ...(phrases.length === 0 ? {} : { adaptation: { phraseSets: [{ inlinePhraseSet: phraseSet }] } }),
      },
      streamingFeatures: { interimResults: true, enableVoiceActivityEvents: true },
    },
  };
}

function v1Config({ model, languageCode }: SpeechTarget, phrases: readonly string[]): SpeechRequest {
  return {
    streamingConfig: {
      config: {
        encoding: 'MULAW',
        sampleRateHertz: SAMPLE_RATE_HZ,
        audioChannelCount: 1,
        languageCode,
        model,
        ...(model === 'phone_call' ? { useEnhanced: true } : {}),
        ...(phrases.length === 0 ? {} : { speechContexts: [{ phrases: [...phrases], boost: PHRASE_BOOST }] }),
      },
      interimResults: true,
      enableVoiceActivityEvents: true,
    },
  };
}

export function serializeAudio(version: SpeechTarget['version'], mulaw: Uint8Array): SpeechRequest {
  return version === 'v1' ? { audioContent: mulaw } : { audio: mulaw };
}

/** Takes what the SDK decoded, or the same as JSON; whatever is missing is read as nothing. */
export function parseResponse(response: SpeechResponse): SpeechNews {
  const heard: Heard[] = [];
  for (const result of response.results ?? []) {
    const end =
      'resultEndOffset' in result ? result.resultEndOffset : 'resultEndTime' in result && result.resultEndTime;
    const text = result.alternatives?.[0]?.transcript?.trim() ?? '';
    heard.push({ text, isFinal: result.isFinal === true, endMs: end ? toMs(end) : undefined });
  }
  const activity = ACTIVITIES[String(response.speechEventType)];
  const failure = 'error' in response ? response.error : undefined;
  return {
    heard,
    ...(activity ? { activity } : {}),
    ...(failure?.code ? { failure: { code: failure.code, details: failure.message ?? '' } } : {}),
  };
}

/** Enums come by name from the SDK, and by number from a server newer than it. */
const ACTIVITIES: Readonly<Record<string, 'begin' | 'end'>> = {
  SPEECH_ACTIVITY_BEGIN: 'begin',
  SPEECH_ACTIVITY_END: 'end',
  2: 'begin',
  3: 'end',
};

interface Duration {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

/** Zero stands for "not told": an unset field and the beginning of the stream look alike. */
function toMs({ seconds, nanos }: Duration): number | undefined {
  const ms = Math.round(Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6);
  return ms > 0 ? ms : undefined;
}
