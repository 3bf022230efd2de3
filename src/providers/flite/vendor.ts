import type { Vendor } from '../contracts.ts';

/** An English voice that needs nothing but its package. */
export const flite: Vendor = {
  name: 'flite',
  isLocal: true,
  variables: [],
  tts: async (context) => ({ ok: true, provider: (await import('./client.ts')).createFlite(context) }),
  language: async ({ language }) =>
    /^en(?:-|$)/i.test(language)
      ? { knows: 'yes' }
      : { knows: 'no', remedy: 'Take another voice: google, azure, elevenlabs, cartesia or openai.' },
};
