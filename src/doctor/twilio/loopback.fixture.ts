/**
 * Twilio's REST API on this machine, as far as the doctor uses it. Shapes and values are those of the documentation:
 * https://www.twilio.com/docs/iam/api/account, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
 * https://www.twilio.com/docs/usage/monitor-alert, https://www.twilio.com/docs/usage/api/account-balance,
 * https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource,
 * https://www.twilio.com/docs/global-infrastructure/inbound-processing-api
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TwilioAccess } from '../probe/deployment.ts';

export const ACCOUNT_SID = `AC${'a'.repeat(32)}`;
export const ACCOUNT_TOKEN = 'b'.repeat(32);
export const NUMBER = '+97233760001';
const NUMBER_SID = `PN${'c'.repeat(32)}`;

export interface TwilioLoopback {
  readonly access: TwilioAccess;
  /** What the number is set to; a POST changes it. */
  readonly number: Record<string, unknown>;
  readonly posts: URLSearchParams[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TwilioState {
  readonly status?: string;
  readonly type?: string;
  readonly number?: Readonly<Record<string, unknown>>;
  readonly alerts?: readonly string[];
  readonly token?: string;
  readonly balance?: string;
  /** Where calls may go, by the ISO code of the country. */
  readonly permitted?: readonly string[];
  /** Undefined: the routes of the account are not to be read. */
  readonly voiceRegion?: string;
  /** How long each region takes to answer. */
  readonly regionMs?: Readonly<Record<string, number>>;
}

export async function openTwilio(state: TwilioState = {}): Promise<TwilioLoopback> {
  const { alerts = [], balance = '100.00', permitted = ['IL'], status = 'active' } = state;
  const { regionMs = {}, token = ACCOUNT_TOKEN, type = 'Full', voiceRegion } = state;
  const number = numberResource(state.number ?? {});
  const posts: URLSearchParams[] = [];
  const wanted = `Basic ${Buffer.from(`${ACCOUNT_SID}:${token}`).toString('base64')}`;
  const answer = (method: string, url: URL, body: string): unknown => {
    const base = `/2010-04-01/Accounts/${ACCOUNT_SID}`;
    if (url.pathname === `${base}.json`) return accountResource(status, type);
    if (url.pathname === '/v1/Alerts') return alertList(alerts);
    if (url.pathname === `${base}/Balance.json`) return { account_sid: ACCOUNT_SID, balance, currency: 'USD' };
    if (url.pathname === '/v1/DialingPermissions/Countries') return countryList(permitted);
    if (url.pathname === `/v2/PhoneNumbers/${encodeURIComponent(NUMBER)}`) {
      return voiceRegion === undefined ? undefined : routeResource(voiceRegion);
    }
    if (url.pathname === `${base}/IncomingPhoneNumbers.json`) {
      const asked = url.searchParams.get('PhoneNumber');
      return numberList(asked === null || asked === number['phone_number'] ? [number] : []);
    }
    if (url.pathname !== `${base}/IncomingPhoneNumbers/${NUMBER_SID}.json` || method !== 'POST') return undefined;
    const form = new URLSearchParams(body);
    posts.push(form);
    for (const [name, value] of form) number[snakeCase(name)] = value;
    return number;
  };
  const server = createServer((request, response) => {
    const region = /^\/region\/(\w+)$/.exec(request.url ?? '')?.[1];
    if (region !== undefined) return void setTimeout(() => response.end(), regionMs[region]);
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece;
    });
    request.on('end', () => {
      const isKnown = request.headers.authorization === wanted;
      const found = isKnown ? answer(request.method ?? '', new URL(request.url ?? '/', 'http://x'), body) : undefined;
      const refusal = isKnown ? problem(20404, 404, 'not found') : problem(20003, 401, 'Authenticate');
      response.writeHead(found ? 200 : refusal.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? refusal));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    number,
    posts,
    access: {
      ...{ accountSid: ACCOUNT_SID, authToken: ACCOUNT_TOKEN, number: NUMBER },
      ...{ apiUrl: url, monitorUrl: url, voiceUrl: url, routesUrl: url },
      regionUrls: Object.fromEntries(Object.keys(regionMs).map((name) => [name, `${url}/region/${name}`])),
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const snakeCase = (name: string): string => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

function problem(code: number, status: number, message: string) {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

function accountResource(status: string, type: string) {
  return {
    auth_token: 'auth_token',
    date_created: 'Thu, 30 Jul 2015 20:00:00 +0000',
    date_updated: 'Thu, 30 Jul 2015 20:00:00 +0000',
    friendly_name: 'friendly_name',
    owner_account_sid: ACCOUNT_SID,
    sid: ACCOUNT_SID,
    status,
    subresource_uris: { calls: `/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json` },
    type,
    uri: `/2010-04-01/Accounts/${ACCOUNT_SID}.json`,
  };
}

function numberResource(own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    account_sid: ACCOUNT_SID,
    address_requirements: 'none',
    address_sid: null,
    api_version: '2010-04-01',
    beta: false,
    bundle_sid: null,
    capabilities: { mms: false, sms: false, voice: true, fax: false },
    emergency_address_sid: null,
    emergency_status: 'Inactive',
    friendly_name: 'front desk',
    identity_sid: null,
    origin: 'twilio',
    phone_number: NUMBER,
    sid: NUMBER_SID,
    sms_application_sid: '',
    sms_fallback_method: 'POST',
    sms_fallback_url: '',
    sms_method: 'POST',
    sms_url: '',
    status: 'in-use',
    status_callback: '',
    status_callback_method: 'POST',
    trunk_sid: null,
    uri: `/2010-04-01/Accounts/${ACCOUNT_SID}/IncomingPhoneNumbers/${NUMBER_SID}.json`,
    voice_application_sid: '',
    voice_caller_id_lookup: false,
    voice_fallback_method: 'POST',
    voice_fallback_url: null,
    voice_method: 'POST',
    voice_receive_mode: 'voice',
    voice_url: 'https://demo.twilio.com/welcome/voice/',
    ...own,
  };
}

function numberList(found: readonly unknown[]) {
  const uri = `/2010-04-01/Accounts/${ACCOUNT_SID}/IncomingPhoneNumbers.json?PageSize=20&Page=0`;
  const paging = { first_page_uri: uri, next_page_uri: null, previous_page_uri: null, uri };
  return { ...paging, end: 0, start: 0, page: 0, page_size: 20, incoming_phone_numbers: found };
}

function alertList(codes: readonly string[]) {
  return {
    alerts: codes.map((code, i) => ({
      account_sid: ACCOUNT_SID,
      alert_text: 'Msg&sourceComponent=14100&ErrorCode=31920',
      api_version: null,
      date_created: '2026-11-27T10:00:00Z',
      date_generated: '2026-11-27T10:00:00Z',
      date_updated: '2026-11-27T10:00:00Z',
      error_code: code,
      log_level: 'error',
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      request_method: 'POST',
      request_url: 'https://voice.example.com/webhook/incoming_call',
      resource_sid: `CA${'d'.repeat(32)}`,
      service_sid: null,
      sid: `NO${String(i).padStart(32, '0')}`,
      url: 'https://monitor.twilio.com/v1/Alerts/NO',
    })),
    meta: { key: 'alerts', next_page_url: null, page: 0, page_size: 20, previous_page_url: null },
  };
}

function countryList(permitted: readonly string[]) {
  const known = [
    ['IL', 'Israel', '+972', 'Asia'],
    ['US', 'United States', '+1', 'North America'],
    ['CA', 'Canada', '+1', 'North America'],
  ] as const;
  return {
    content: known.map(([iso, name, code, continent]) => ({
      iso_code: iso,
      name,
      continent,
      country_codes: [code],
      low_risk_numbers_enabled: permitted.includes(iso),
      high_risk_special_numbers_enabled: false,
      high_risk_tollfraud_numbers_enabled: false,
      url: `https://voice.twilio.com/v1/DialingPermissions/Countries/${iso}`,
      links: {
        highrisk_special_prefixes: `https://voice.twilio.com/v1/DialingPermissions/Countries/${iso}/HighRiskSpecialPrefixes`,
      },
    })),
    meta: { key: 'content', next_page_url: null, page: 0, page_size: 1_000, previous_page_url: null },
  };
}

function routeResource(region: string) {
  return {
    phone_number: NUMBER,
    url: `https://routes.twilio.com/v2/PhoneNumbers/${encodeURIComponent(NUMBER)}`,
    sid: `QQ${'e'.repeat(32)}`,
    account_sid: ACCOUNT_SID,
    friendly_name: 'front desk',
    voice_region: region,
    date_created: '2026-11-27T10:00:00Z',
    date_updated: '2026-11-27T10:00:00Z',
  };
}
