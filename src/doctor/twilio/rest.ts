/** The few parts of Twilio's REST API that the doctor reads, and the one that it writes. */
import { z } from 'zod';
import type { TwilioAccess } from '../probe/deployment.ts';

/** https://www.twilio.com/docs/iam/api/account */
const account = z.object({ status: z.string(), type: z.string().optional() });

/** https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
const number = z.object({
  sid: z.string().regex(/^PN[0-9a-fA-F]{32}$/),
  phone_number: z.string(),
  voice_url: z.string().nullish(),
  voice_method: z.string().nullish(),
  voice_fallback_url: z.string().nullish(),
  voice_application_sid: z.string().nullish(),
  trunk_sid: z.string().nullish(),
  status_callback: z.string().nullish(),
  capabilities: z.object({ voice: z.boolean().optional() }).partial().optional(),
});
const numbers = z.object({ incoming_phone_numbers: z.array(number) });

/** https://www.twilio.com/docs/usage/monitor-alert */
const alerts = z.object({
  alerts: z.array(
    z.object({
      error_code: z.string().nullish(),
      log_level: z.string().nullish(),
      date_generated: z.string().nullish(),
    }),
  ),
});

/** https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource */
const countries = z.object({
  content: z.array(
    z.object({
      iso_code: z.string(),
      name: z.string(),
      country_codes: z.array(z.string()),
      low_risk_numbers_enabled: z.boolean(),
    }),
  ),
});

/** https://www.twilio.com/docs/global-infrastructure/inbound-processing-api */
const route = z.object({ voice_region: z.string() });

/** https://www.twilio.com/docs/usage/api/account-balance */
const balance = z.object({ balance: z.string(), currency: z.string() });

export type Country = z.infer<typeof countries>['content'][number];
export type Balance = z.infer<typeof balance>;
export type Account = z.infer<typeof account>;
export type PhoneNumber = z.infer<typeof number>;
export type Alert = z.infer<typeof alerts>['alerts'][number];

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly message: string };

export interface NumberSettings {
  readonly VoiceUrl: string;
  readonly VoiceMethod: 'POST';
  /** A number whose calls go to an application or a trunk never asks its own webhook. */
  readonly VoiceApplicationSid?: '';
  readonly TrunkSid?: '';
}

/** No method rejects: what fails has a status, 0 when nobody answered. */
export class TwilioRest {
  readonly #access: TwilioAccess;
  readonly #base: string;

  constructor(access: TwilioAccess) {
    this.#access = access;
    this.#base = `${access.apiUrl}/2010-04-01/Accounts/${access.accountSid}`;
  }

  account(): Promise<Answer<Account>> {
    return this.#ask(`${this.#base}.json`, account);
  }

  async numbers(phoneNumber?: string): Promise<Answer<readonly PhoneNumber[]>> {
    const query = new URLSearchParams({
      PageSize: '20',
      ...(phoneNumber === undefined ? {} : { PhoneNumber: phoneNumber }),
    });
    const answer = await this.#ask(`${this.#base}/IncomingPhoneNumbers.json?${query}`, numbers);
    return answer.ok ? { ok: true, value: answer.value.incoming_phone_numbers } : answer;
  }

  async alerts(): Promise<Answer<readonly Alert[]>> {
    const answer = await this.#ask(`${this.#access.monitorUrl}/v1/Alerts?PageSize=20`, alerts);
    return answer.ok ? { ok: true, value: answer.value.alerts } : answer;
  }

  balance(): Promise<Answer<Balance>> {
    return this.#ask(`${this.#base}/Balance.json`, balance);
  }

  /** Where calls may be made to. */
  async countries(): Promise<Answer<readonly Country[]>> {
    const url = `${this.#access.voiceUrl}/v1/DialingPermissions/Countries?PageSize=1000`;
    const answer = await this.#ask(url, countries);
    return answer.ok ? { ok: true, value: answer.value.content } : answer;
  }

  /** In which of Twilio's regions calls to the number are handled. */
  async regionOf(phoneNumber: string): Promise<Answer<string>> {
    const url = `${this.#access.routesUrl}/v2/PhoneNumbers/${encodeURIComponent(phoneNumber)}`;
    const answer = await this.#ask(url, route);
    return answer.ok ? { ok: true, value: answer.value.voice_region } : answer;
  }

  setNumber(sid: string, settings: NumberSettings): Promise<Answer<PhoneNumber>> {
    return this.#ask(`${this.#base}/IncomingPhoneNumbers/${sid}.json`, number, new URLSearchParams({ ...settings }));
  }

  async #ask<T>(url: string, shape: z.ZodType<T>, form?: URLSearchParams): Promise<Answer<T>> {
    const { accountSid, authToken } = this.#access;
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    try {
      const response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        headers: { authorization, accept: 'application/json' },
        ...(form ? { body: form } : {}),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      if (!response.ok) return { ok: false, status: response.status, message: messageOf(text) };
      const parsed = shape.safeParse(parseJson(text));
      if (parsed.success) return { ok: true, value: parsed.data };
      return { ok: false, status: response.status, message: 'the answer has another shape than Twilio documents' };
    } catch (error) {
      return { ok: false, status: 0, message: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** https://www.twilio.com/docs/usage/twilios-response: an error has `message`. */
function messageOf(text: string): string {
  const body = z.object({ message: z.string() }).safeParse(parseJson(text));
  return body.success ? body.data.message : 'no message';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
