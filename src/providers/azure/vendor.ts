import type { Vendor } from '../contracts.ts';

/** Azure Speech, by REST and SSML. */
export const azure: Vendor = {
  name: 'azure',
  variables: [
    { name: 'AZURE_SPEECH_KEY', kind: 'secret', help: 'Key of Azure Speech.' },
    { name: 'AZURE_SPEECH_REGION', kind: 'text', help: 'Its region, for example `westeurope`.' },
    {
      name: 'AZURE_SPEECH_ENDPOINT',
      kind: 'url',
      help: 'Origin of the voices, for a private endpoint.',
      fallback: 'by the region',
    },
  ],
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
  language: async ({ language, model, voice }) => {
    const { defaultVoice, speaksLanguage } = await import('./voices.ts');
    if (speaksLanguage(voice ?? model ?? defaultVoice(language), language)) return { knows: 'yes' };
    return { knows: 'no', remedy: `Name one of Azure's voices of ${language} as the agent's voice.` };
  },
};
