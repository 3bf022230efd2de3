import type { Vendor } from '../contracts.ts';

/** Google Cloud: Speech-to-Text v2 and v1, Text-to-Speech. */
export const google: Vendor = {
  name: 'google',
  variables: [
    {
      name: 'GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON',
      kind: 'json',
      help: 'A Google Cloud service account key, all JSON on one line.',
    },
    { name: 'GOOGLE_APPLICATION_CREDENTIALS', kind: 'text', help: 'The same as a file: its path.' },
    {
      name: 'GOOGLE_SPEECH_ENDPOINT',
      kind: 'text',
      help: 'Host (and port) of Speech-to-Text, for a private region.',
      fallback: 'by the location',
    },
    {
      name: 'GOOGLE_SPEECH_LOCATION',
      kind: 'text',
      help: 'Region of Speech-to-Text v2, for example `europe-west4`.',
      fallback: 'by the model',
    },
    {
      name: 'GOOGLE_TTS_ENDPOINT',
      kind: 'text',
      help: 'Host (and port) of Text-to-Speech.',
      fallback: 'texttospeech.googleapis.com',
    },
  ],
  stt: async (context, model) => (await import('./speech-to-text.ts')).openSpeechToText(context, model),
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
  language: async (question) => (await import('./languages.ts')).knowsLanguage(question),
};
