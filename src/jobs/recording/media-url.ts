/**
 * Where a recording of Twilio's may be fetched from. The address is made of identifiers; the one in Twilio's form is only
 * compared with it, because whoever could forge a form would else be sent the account's password.
 * Hosts: https://www.twilio.com/docs/global-infrastructure/understanding-twilio-regions
 */

export interface MediaRequest {
  readonly accountSid: string;
  readonly recordingSid: string;
  /** `RecordingUrl` of the form; undefined when there was none. */
  readonly claimed: string | undefined;
}

export type MediaUrl =
  | { readonly ok: true; readonly host: string; readonly path: string }
  /** `problem` names what is wrong and never holds the address. */
  | { readonly ok: false; readonly problem: string };

const DEFAULT_HOST = 'api.twilio.com';
/** `api.twilio.com`, or `api.{edge}.{region}.twilio.com`, which needs both. */
const HOST = /^api(?:\.[a-z][a-z0-9-]{0,30}\.[a-z]{2}[0-9])?\.twilio\.com$/;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
const RECORDING_SID = /^RE[0-9a-f]{32}$/i;
/** Read by hand: a URL parser mends what it is given, and a mended address is not the one that was signed. */
const CLAIMED = /^https?:\/\/([a-z0-9.-]{1,100})(\/2010-04-01\/Accounts\/\w{34}\/Recordings\/\w{34})(?:\.wav|\.mp3)?$/;

/** Whether recordings may be asked of this host. */
export function isMediaHost(host: string): boolean {
  return HOST.test(host);
}

/** The address of a recording as WAV. Its scheme is always https and its port 443. */
export function mediaUrl({ accountSid, recordingSid, claimed }: MediaRequest): MediaUrl {
  if (!ACCOUNT_SID.test(accountSid)) return { ok: false, problem: 'the account has no SID' };
  if (!RECORDING_SID.test(recordingSid)) return { ok: false, problem: 'the recording has no SID' };
  const resource = `/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}`;
  const path = `${resource}.wav`;
  if (claimed === undefined) return { ok: true, host: DEFAULT_HOST, path };
  const [, host, claimedPath] = CLAIMED.exec(claimed) ?? [];
  if (host === undefined) return { ok: false, problem: 'RecordingUrl is not the address of a recording' };
  if (!isMediaHost(host)) return { ok: false, problem: 'RecordingUrl is not on a host of Twilio' };
  if (claimedPath !== resource) return { ok: false, problem: 'RecordingUrl is of another account or recording' };
  return { ok: true, host, path };
}
