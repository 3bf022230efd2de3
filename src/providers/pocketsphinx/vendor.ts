import type { Vendor } from '../contracts.ts';

/** PocketSphinx, if Debian's library and English model are installed. */
export const pocketsphinx: Vendor = {
  name: 'pocketsphinx',
  isLocal: true,
  variables: [
    {
      name: 'KAV_POCKETSPHINX_MODEL',
      kind: 'text',
      help: 'Folder of the acoustic model and dictionary for `KAV_STT=pocketsphinx`.',
      fallback: "Debian's",
    },
  ],
  stt: async (context) => {
    const { isPocketsphinxAvailable } = await import('./availability.ts');
    const available = await isPocketsphinxAvailable(context);
    if (!available.ok) return available;
    const { createPocketsphinx } = await import('./client.ts');
    return { ok: true, provider: createPocketsphinx(context) };
  },
  language: async ({ language }) =>
    /^en(?:-|$)/i.test(language)
      ? { knows: 'yes' }
      : {
          knows: 'no',
          remedy: 'Take another recogniser: google, deepgram, openai, or sherpa with a model of that language.',
        },
};
