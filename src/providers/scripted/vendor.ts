import type { Vendor } from '../contracts.ts';

/** Reads what the caller is going to say from a file. */
export const scripted: Vendor = {
  name: 'scripted',
  isLocal: true,
  isStandIn: true,
  variables: [
    {
      name: 'KAV_SCRIPT',
      kind: 'text',
      help: 'For `KAV_STT=scripted`: a file with what the caller says, one utterance a line.',
    },
  ],
  stt: async (context) => ({ ok: true, provider: await (await import('./client.ts')).openScripted(context) }),
};
