/** A certificate that nobody trusts, made anew each time, so that no private key lies in a repository. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

const DER = { integer: 0x02, bits: 0x03, oid: 0x06, utf8: 0x0c, time: 0x17, sequence: 0x30, set: 0x31 } as const;
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758). */
const ECDSA_SHA256 = Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
/** commonName, 2.5.4.3. */
const COMMON_NAME = Buffer.from([0x55, 0x04, 0x03]);

/** An X.509 certificate of version 1 (RFC 5280, section 4.1) for one host, signed by itself. */
export function createSelfSigned(host = '127.0.0.1'): Credentials {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der('sequence', der('oid', ECDSA_SHA256));
  const name = der('sequence', der('set', der('sequence', der('oid', COMMON_NAME), der('utf8', Buffer.from(host)))));
  const validity = der(
    'sequence',
    der('time', Buffer.from('250101000000Z')),
    der('time', Buffer.from('491231235959Z')),
  );
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = der('sequence', der('integer', Buffer.from([1])), algorithm, name, validity, name, spki);
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
  const certificate = der('sequence', body, algorithm, der('bits', signature)).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(type: keyof typeof DER, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([DER[type], ...size]), content]);
}
