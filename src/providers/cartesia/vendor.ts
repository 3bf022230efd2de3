import type { Vendor } from '../contracts.ts';

/** Cartesia's voices over its socket. */
export const cartesia: Vendor = {
  name: 'cartesia',
  variables: [
    { name: 'CARTESIA_API_KEY', kind: 'secret', help: 'Key of Cartesia.' },
    { name: 'CARTESIA_BASE_URL', kind: 'url', help: 'Origin of Cartesia.', fallback: 'https://api.cartesia.ai' },
  ],
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
};
