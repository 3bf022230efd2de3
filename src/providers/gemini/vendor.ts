import type { Vendor } from '../contracts.ts';

/** Google's Gemini, by its API key. */
export const gemini: Vendor = {
  name: 'gemini',
  variables: [
    { name: 'GEMINI_API_KEY', kind: 'secret', help: 'Key of Gemini.' },
    {
      name: 'GEMINI_BASE_URL',
      kind: 'url',
      help: 'Origin of Gemini.',
      fallback: 'https://generativelanguage.googleapis.com',
    },
  ],
  brain: async (context, model) => (await import('./brain.ts')).openBrain(context, model),
};
