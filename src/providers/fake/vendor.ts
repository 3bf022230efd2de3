import type { Vendor } from '../contracts.ts';

/** Providers that only look like some: for tests and for measuring Kav itself. */
export const fake: Vendor = {
  name: 'fake',
  isLocal: true,
  isStandIn: true,
  variables: [
    { name: 'KAV_FAKE_STT_MS', kind: 'text', help: 'Delay of the fake recogniser.', fallback: '50' },
    { name: 'KAV_FAKE_BRAIN_MS', kind: 'text', help: 'Delay of the fake brain.', fallback: '0' },
    { name: 'KAV_FAKE_TTS_MS', kind: 'text', help: 'Delay of the fake voice.', fallback: '0' },
  ],
  stt: async (context) => ({
    ok: true,
    provider: (await import('./speech-to-text.ts')).createFakeSpeechToText(context),
  }),
  brain: async (context) => ({ ok: true, provider: (await import('./brain.ts')).createFakeBrain(context) }),
  tts: async (context) => ({
    ok: true,
    provider: (await import('./text-to-speech.ts')).createFakeTextToSpeech(context),
  }),
};
