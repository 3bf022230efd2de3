/**
 * Twilio's request signature: base64 of HMAC-SHA1 over the URL and the sorted form fields.
 * Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
 *
 * Imported from the file and not from the package: the whole SDK takes some 130 ms and 27 MB to load, this part 6 ms.
 */
import { timingSafeEqual } from 'node:crypto';
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js';

export type FormParams = Readonly<Record<string, string | readonly string[]>>;

export interface SignedUpgrade {
  /** Any of them may have signed; an empty one never does. */
  readonly authTokens: readonly string[];
  /** The `X-Twilio-Signature` header. */
  readonly signature: string | undefined;
  /** What Twilio was told to open: the public URL, never one made of what a stranger sent. */
  readonly url: string;
}

export interface SignedForm extends SignedUpgrade {
  /** Every field of the body, known or not: Twilio signs them all and adds new ones without notice. */
  readonly params: FormParams;
}

const SIGNATURE = /^[A-Za-z0-9+/]{27}=$/;

/** Accepts the variants of port and query that twilio-node accepts. Never throws. */
export function isSignedForm({ authTokens, signature, url, params }: SignedForm): boolean {
  if (!isSignature(signature) || !URL.canParse(url)) return false;
  return authTokens.some((token) => token !== '' && validateRequest(token, signature, url, params));
}

/**
 * Whether Twilio signed the WebSocket upgrade of this `wss://` URL. twilio-node's own check does not fit: for `wss` it
 * tries port 80 instead of 443, and gives a URL without a path a slash that Twilio has not signed. So the variants are
 * listed here: with and without the port, with and without a slash at the end. Never throws.
 */
export function isSignedUpgrade({ authTokens, signature, url }: SignedUpgrade): boolean {
  if (!isSignature(signature)) return false;
  const given = Buffer.from(signature, 'latin1');
  const variants = listUpgradeVariants(url);
  return authTokens.some(
    (token) =>
      token !== '' &&
      variants.some((variant) => timingSafeEqual(given, Buffer.from(signUpgrade(token, variant), 'latin1'))),
  );
}

export function signForm(authToken: string, url: string, params: FormParams): string {
  return getExpectedTwilioSignature(authToken, url, params);
}

export function signUpgrade(authToken: string, url: string): string {
  return getExpectedTwilioSignature(authToken, url, {});
}

function isSignature(signature: string | undefined): signature is string {
  return signature !== undefined && SIGNATURE.test(signature);
}

function listUpgradeVariants(url: string): readonly string[] {
  const match = /^wss:\/\/([^/?#@\s]+?)(:\d{1,5})?(\/[^?#\s]*)?$/.exec(url);
  if (match === null) return [];
  const [, host = '', port = '', path = ''] = match;
  const hosts = [host, host.toLowerCase()];
  const ports = port === '' ? ['', ':443'] : [port, ''];
  const paths = [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`];
  const variants = hosts.flatMap((h) => ports.flatMap((p) => paths.map((tail) => `wss://${h}${p}${tail}`)));
  return [...new Set(variants)];
}
