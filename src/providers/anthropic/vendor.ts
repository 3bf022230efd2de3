import type { Vendor } from '../contracts.ts';

/** Anthropic's messages. */
export const anthropic: Vendor = {
  name: 'anthropic',
  variables: [
    { name: 'ANTHROPIC_API_KEY', kind: 'secret', help: 'Key of Anthropic.' },
    { name: 'ANTHROPIC_BASE_URL', kind: 'url', help: 'Origin of Anthropic.', fallback: 'https://api.anthropic.com' },
  ],
  brain: async (context, model) => (await import('./brain.ts')).openBrain(context, model),
};
