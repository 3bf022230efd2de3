/** What must change at a number so that its calls come here. */
import type { NumberSettings, PhoneNumber } from './rest.ts';

export interface NumberChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

export interface NumberPlan {
  /** Empty when the number is right already. */
  readonly changes: readonly NumberChange[];
  readonly settings: NumberSettings;
}

export function planNumber(number: PhoneNumber, webhookUrl: string): NumberPlan {
  const { trunk_sid: trunk, voice_application_sid: application, voice_method: method, voice_url: url } = number;
  const changes: NumberChange[] = [];
  if (url !== webhookUrl) changes.push({ field: 'webhook', from: url || '(none)', to: webhookUrl });
  if (method?.toUpperCase() !== 'POST') changes.push({ field: 'method', from: method || '(none)', to: 'POST' });
  if (application) changes.push({ field: 'application', from: application, to: '(none)' });
  if (trunk) changes.push({ field: 'trunk', from: trunk, to: '(none)' });
  return {
    changes,
    settings: {
      VoiceUrl: webhookUrl,
      VoiceMethod: 'POST',
      ...(application ? { VoiceApplicationSid: '' as const } : {}),
      ...(trunk ? { TrunkSid: '' as const } : {}),
    },
  };
}
