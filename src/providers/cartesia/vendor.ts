import type { Vendor } from '../contracts.ts';

/** Cartesia's voices over its socket. */
export const cartesia: Vendor = {
  name: 'cartesia',
  variables: [
    { name: 'CARTESIA_API_KEY', kind: 'secret', help: 'Key of Cartesia.' },
    { name: 'CARTESIA_BASE_URL', kind: 'url', help: 'Origin of Cartesia.', fallback: 'https://api.cartesia.ai' },
  ],
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
  language: async ({ language, model }) => {
    const { DEFAULT_MODEL, knowsLanguage } = await import('./options.ts');
    if (knowsLanguage(model ?? DEFAULT_MODEL, language)) return { knows: 'yes' };
    return { knows: 'no', remedy: "Write tts: 'cartesia:sonic-3', or take another voice: google, azure, elevenlabs." };
  },
};
