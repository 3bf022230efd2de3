import type { Vendor } from '../contracts.ts';

/** OpenAI, and every server that speaks its chat completions. */
export const openai: Vendor = {
  name: 'openai',
  variables: [
    { name: 'OPENAI_API_KEY', kind: 'secret', help: 'Key of OpenAI, or of the compatible server.' },
    {
      name: 'OPENAI_BASE_URL',
      kind: 'url',
      help: 'A compatible server: Ollama, vLLM, Groq, Azure.',
      fallback: 'https://api.openai.com/v1',
    },
    {
      name: 'OPENAI_STT_BASE_URL',
      kind: 'url',
      help: 'Where transcription goes, if not to the same server.',
      fallback: "OpenAI's",
    },
    {
      name: 'OPENAI_TTS_BASE_URL',
      kind: 'url',
      help: 'Where speech is made, if not by the same server.',
      fallback: '`OPENAI_BASE_URL`',
    },
  ],
  stt: async (context, model) => (await import('./speech-to-text.ts')).openSpeechToText(context, model),
  brain: async (context, model) => (await import('./brain.ts')).openBrain(context, model),
  tts: async (context, model) => (await import('./text-to-speech.ts')).openTextToSpeech(context, model),
};
