import type { Vendor } from '../contracts.ts';

/** ElevenLabs, over its socket or by streaming HTTP. */
export const elevenlabs: Vendor = {
  name: 'elevenlabs',
  variables: [
    { name: 'ELEVENLABS_API_KEY', kind: 'secret', help: 'Key of ElevenLabs.' },
    {
      name: 'ELEVENLABS_BASE_URL',
      kind: 'url',
      help: 'Origin of ElevenLabs, for a private region.',
      fallback: 'https://api.elevenlabs.io',
    },
  ],
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
  language: async ({ language, model }) => {
    const { defaultModel, knowsLanguage } = await import('./models.ts');
    if (knowsLanguage(model ?? defaultModel(language), language)) return { knows: 'yes' };
    return { knows: 'no', remedy: `Write tts: 'elevenlabs:${defaultModel(language)}', or tts: 'elevenlabs' alone.` };
  },
  quota: async (context) => (await import('./quota.ts')).askQuota(context),
};
