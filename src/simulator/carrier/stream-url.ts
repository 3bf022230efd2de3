import { createError, createWarning, type Problem } from './problem.ts';

/** The address of a `<Stream>`: what Twilio would dial, and what it would complain about. */
export function readStreamUrl(
  written: string | undefined,
  baseUrl: string,
): { readonly url: string; readonly problems: readonly Problem[] } {
  const given = written?.trim() ?? '';
  if (given === '') return failed(31923, 'the <Stream> has no url');
  if (/^wss?:\/\/(?:https?|wss?):/iu.test(given)) {
    return failed(31923, `"${given}" has two schemes; the public host was given with its scheme`);
  }
  if (/^ws:/iu.test(given)) return failed(31922, `"${given}" begins with ws:; it must be wss:`);
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(given) && !/^wss:/iu.test(given)) {
    return failed(31922, `"${given}" must begin with wss:`);
  }
  if (!/^wss:/iu.test(given)) return readRelative(given, baseUrl);
  if (!URL.canParse(given) || /\s/u.test(given)) return failed(31923, `"${given}" is not a URL`);
  return checkParts(given);
}

function readRelative(given: string, baseUrl: string): ReturnType<typeof readStreamUrl> {
  if (!given.startsWith('/') || !URL.canParse(given, baseUrl)) return failed(31923, `"${given}" is not a URL`);
  const url = new URL(given, baseUrl);
  return checkParts(`wss://${url.host}${url.pathname}${url.search}`);
}

function checkParts(url: string): ReturnType<typeof readStreamUrl> {
  const { pathname, search, hash } = new URL(url);
  const problems: Problem[] = [];
  if (pathname.startsWith('//')) {
    problems.push(createWarning(31920, `the path of "${url}" begins with two slashes; most servers will not know it`));
  }
  if (hash !== '') return failed(31923, `"${url}" has a fragment`);
  if (search === '') return { url, problems };
  const message = `"${url}" has a query string, which Twilio strips: what it carries never arrives. Use <Parameter>`;
  return { url: url.slice(0, url.indexOf('?')), problems: [...problems, createWarning(31920, message)] };
}

function failed(code: number, message: string): ReturnType<typeof readStreamUrl> {
  return { url: '', problems: [createError(code, message)] };
}
