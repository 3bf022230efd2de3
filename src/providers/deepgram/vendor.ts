import type { Vendor } from '../contracts.ts';

/** Deepgram's live transcription over its WebSocket. */
export const deepgram: Vendor = {
  name: 'deepgram',
  variables: [
    { name: 'DEEPGRAM_API_KEY', kind: 'secret', help: 'Key of Deepgram.' },
    {
      name: 'DEEPGRAM_BASE_URL',
      kind: 'url',
      help: 'Origin of Deepgram, for a private deployment.',
      fallback: 'https://api.deepgram.com',
    },
  ],
  stt: async (context, model) => (await import('./speech-to-text.ts')).openSpeechToText(context, model),
  language: async (question) => (await import('./language.ts')).knowsLanguage(question),
  quota: async (context) => (await import('./quota.ts')).askQuota(context),
};
