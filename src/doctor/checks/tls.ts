import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { Probe } from '../probe/probe.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** The certificate as Twilio sees it. Plain http is judged as well: Twilio dials only wss. */
export const tls: Check = {
  name: 'tls',
  area: 'reach',
  title: 'Is the certificate good?',
  needs: ['dns'],
  budgetMs: 12_000,
  async run(probe) {
    const { baseUrl, publicUrl } = probe.target.address;
    if (publicUrl.protocol !== 'https:') return [plainHttp(publicUrl)];
    if (baseUrl.protocol !== 'https:')
      return [ok('TLS ends before this server', `${publicUrl.origin}, dialled in plain http`)];
    return handshake(probe, publicUrl.hostname);
  },
};

function plainHttp(publicUrl: URL): Finding {
  return warn('The server is asked in plain http', {
    seen: publicUrl.origin,
    code: 31910,
    why: 'Twilio opens media streams by wss alone: something in front of the server must speak TLS.',
    remedy: 'Put a proxy or a tunnel with a certificate in front, and set PUBLIC_HOST to its name.',
  });
}

function handshake(probe: Probe, servername: string): Promise<readonly Finding[]> {
  const { baseUrl } = probe.target.address;
  const options: ConnectionOptions = {
    host: baseUrl.hostname.replace(/^\[|\]$/g, ''),
    port: Number(baseUrl.port || 443),
    ...(/^[\d.:[\]]+$/.test(servername) ? {} : { servername }),
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const socket = connect(options);
    const settle = (findings: readonly Finding[]): void => {
      cancel();
      socket.destroy();
      resolve(findings);
    };
    const cancel = probe.clock.at(probe.clock.now() + 10_000, () =>
      settle([noHandshake('no answer within 10 s', 11205)]),
    );
    socket.once('secureConnect', () => settle(judge(socket, servername)));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isRefused = error.code === 'ECONNREFUSED' || error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH';
      settle([noHandshake(error.message, isRefused ? 11205 : 11220)]);
    });
  });
}

function noHandshake(seen: string, code: number): Finding {
  return fail('TLS 1.2 cannot be agreed on', { seen, code });
}

/** What is wrong with the certificate itself comes before what is wrong with its chain: that is what to mend first. */
function judge(socket: TLSSocket, servername: string): readonly Finding[] {
  const certificate = socket.getPeerCertificate();
  const { authorizationError: chain } = socket as { authorizationError?: Error | string | null };
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
  const seen = `${namesOf(certificate)}; issued by ${issuerOf(certificate)}; ${daysLeft} days left`;
  if (daysLeft < 0) return [fail('The certificate has expired', { seen, code: 11236 })];
  if (String(chain).includes('ALTNAME') || !coversName(certificate, servername)) {
    return [fail(`The certificate is not for ${servername}`, { seen, code: 11235 })];
  }
  if (!socket.authorized) {
    return [fail('The certificate leads to no authority that is trusted', { seen: `${seen}; ${chain}`, code: 11237 })];
  }
  if (daysLeft < SOON_DAYS) {
    const remedy = 'Renew it now, and find out why it was not renewed by itself.';
    return [warn(`The certificate has ${daysLeft} days left`, { seen, code: 11236, remedy })];
  }
  return [ok('The certificate is good', seen)];
}

function coversName({ subjectaltname = '', subject }: PeerCertificate, servername: string): boolean {
  const names = subjectaltname === '' ? [String(subject?.CN ?? '')] : subjectaltname.split(', ');
  return names.some((entry) => {
    const name = entry.replace(/^(?:DNS|IP Address):/, '').toLowerCase();
    const asked = servername.toLowerCase();
    return name === asked || (name.startsWith('*.') && asked.slice(asked.indexOf('.')) === name.slice(1));
  });
}

const namesOf = ({ subjectaltname, subject }: PeerCertificate): string =>
  (subjectaltname ?? String(subject?.CN ?? 'no name')).replaceAll(/(?:DNS|IP Address):/g, '').slice(0, 120);

const issuerOf = ({ issuer }: PeerCertificate): string => String(issuer?.O ?? issuer?.CN ?? 'nobody');
