/** The one cookie there is. RFC 6265. */

/** The value of a cookie; of one that was sent twice, none: somebody has planted one of them. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  return values.length === 1 && SECRET.test(values[0]!) ? values[0] : undefined;
}

/** 256 random bits in base64url. */
const SECRET = /^[\w-]{43}$/;

/** Until the browser closes at the latest; the server knows better when the session ends. */
export function writeCookie(name: string, value: string | undefined): string {
  const secure = name.startsWith('__Host-') ? ' Secure;' : '';
  const gone = value === undefined ? ' Max-Age=0;' : '';
  return `${name}=${value ?? ''}; Path=/;${secure}${gone} HttpOnly; SameSite=Strict`;
}
