import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';

/** The bytes of strict base64 (RFC 4648 section 4, padded, canonical). Throws `ProviderError` for anything else. */
export function decodeBase64(who: VendorOperation, text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw brokenAnswer(who, 'audio that is not base64');
  return bytes;
}
