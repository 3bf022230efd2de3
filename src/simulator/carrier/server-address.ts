/**
 * Where a server is dialled and under which name it is known. Twilio knows one address; a server under test is often a
 * plain-http port on this machine that believes in a public https name, as behind a tunnel that ends TLS.
 */
export interface ServerAddress {
  /** What Twilio's console would hold, for example `https://example.com`. */
  readonly publicUrl: URL;
  /** What is dialled, for example `http://127.0.0.1:3000`. */
  readonly baseUrl: URL;
}

export function createServerAddress(baseUrl: string, publicUrl: string = baseUrl): ServerAddress {
  return { baseUrl: new URL(baseUrl), publicUrl: new URL(publicUrl) };
}

/** Where a URL that the server handed out is dialled: at the base URL when it is the server's own, else as it is. */
export function dialUrl(url: string, { publicUrl, baseUrl }: ServerAddress): URL {
  const dialled = new URL(url);
  if (dialled.host !== publicUrl.host && dialled.host !== baseUrl.host) return dialled;
  const isSocket = dialled.protocol === 'wss:' || dialled.protocol === 'ws:';
  const isPlain = baseUrl.protocol === 'http:';
  const scheme = isSocket ? (isPlain ? 'ws:' : 'wss:') : baseUrl.protocol;
  return new URL(`${scheme}//${baseUrl.host}${dialled.pathname}${dialled.search}`);
}

/** What a tunnel adds to a request when it is not the server's own name that is dialled. */
export function tunnelHeaders({ publicUrl, baseUrl }: ServerAddress): Record<string, string> {
  if (publicUrl.host === baseUrl.host) return {};
  return {
    'x-forwarded-for': '54.172.60.1',
    'x-forwarded-host': publicUrl.host,
    'x-forwarded-proto': publicUrl.protocol.replace(':', ''),
  };
}
