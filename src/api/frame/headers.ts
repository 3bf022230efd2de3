/** What every answer carries, after the OWASP Secure Headers Project. */
import type { RequestOrigin } from './request-origin.ts';

type Headers = Readonly<Record<string, string>>;

const EVERYWHERE: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-DNS-Prefetch-Control': 'off',
  'Permissions-Policy': [
    'microphone=(self)',
    'autoplay=(self)',
    'clipboard-write=(self)',
    ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'midi'].map(
      (feature) => `${feature}=()`,
    ),
    ...['payment', 'publickey-credentials-get', 'screen-wake-lock', 'usb', 'xr-spatial-tracking'].map(
      (feature) => `${feature}=()`,
    ),
  ].join(', '),
};

const YEAR_SECONDS = 31_536_000;

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function apiHeaders(origin: RequestOrigin): Headers {
  return {
    ...EVERYWHERE,
    ...transport(origin),
    'Content-Security-Policy': DATA_POLICY,
    'Cache-Control': 'no-store',
  };
}

export function pageHeaders(origin: RequestOrigin, cacheControl: string): Headers {
  return {
    ...EVERYWHERE,
    ...transport(origin),
    'Content-Security-Policy': PAGE_POLICY,
    'Cache-Control': cacheControl,
  };
}

/** A browser that has been here by https does not come back without it. */
function transport({ isHttps, isLoopback }: RequestOrigin): Headers {
  return isHttps && !isLoopback ? { 'Strict-Transport-Security': `max-age=${YEAR_SECONDS}` } : {};
}
