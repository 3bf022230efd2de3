/** Twilio's reading of a TwiML answer, with the code it would report for each way in which one can be wrong. */
import { createError, createWarning, type Problem } from './carrier/problem.ts';
import { readStreamUrl } from './carrier/stream-url.ts';
import { checkSchema, parseTwimlDocument, type TwimlElement } from './carrier/twiml-document.ts';
import { GRAMMAR } from './carrier/twiml-grammar.ts';

export type TwimlVerb =
  | { readonly type: 'say'; readonly text: string; readonly language?: string }
  | { readonly type: 'play'; readonly url: string }
  | { readonly type: 'pause'; readonly seconds: number }
  | { readonly type: 'connect-stream'; readonly stream: StreamNoun; readonly action?: string; readonly method: string }
  | { readonly type: 'redirect'; readonly url: string; readonly method: string }
  | { readonly type: 'hangup' }
  | { readonly type: 'reject' }
  /** Right, but not carried out by the simulator. */
  | { readonly type: 'other'; readonly name: string };

interface StreamNoun {
  /** As in the document, resolved, without the query that Twilio strips. This is what the upgrade's signature covers. */
  readonly url: string;
  readonly name?: string;
  readonly statusCallback?: string;
  readonly statusCallbackMethod: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface TwimlAnswer {
  readonly status: number;
  /** As in the header; undefined when there was none. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** What was requested: relative addresses are relative to it. */
  readonly url: string;
}

/** With an `error` among the problems Twilio executes nothing, and `verbs` is empty. */
export interface TwimlReading {
  readonly verbs: readonly TwimlVerb[];
  readonly problems: readonly Problem[];
}

const MAX_BYTES = 64 * 1024;
const MAX_PARAMETER_LENGTH = 500;
const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

export function readTwiml(answer: TwimlAnswer): TwimlReading {
  const refused = checkAnswer(answer);
  if (refused) return failed(refused);
  const type = mediaType(answer.contentType);
  if (type.startsWith('audio/'))
    return { verbs: [{ type: 'play', url: answer.url }, { type: 'hangup' }], problems: [] };

  const text = decodeDocument(answer.body);
  const document = typeof text === 'string' ? parseTwimlDocument(text) : { problem: text };
  if ('root' in document) return readVerbs(document.root, answer.url);
  if (type !== 'text/plain') return failed(document.problem);
  // Plain text that is no TwiML is read aloud.
  return {
    verbs: [{ type: 'say', text: new TextDecoder().decode(answer.body).trim() }, { type: 'hangup' }],
    problems: [],
  };
}

function checkAnswer({ status, contentType, body }: TwimlAnswer): Problem | undefined {
  if (status < 200 || status > 299) return createError(11200, `the server answered with HTTP status ${status}`);
  if (body.length > MAX_BYTES) return createError(11750, `the body has ${body.length} bytes; ${MAX_BYTES} are allowed`);
  const type = mediaType(contentType);
  if (type === '') return createError(12300, 'there is no Content-Type header');
  if (XML_TYPES.includes(type) || type === 'text/plain' || type.startsWith('audio/')) return undefined;
  return createError(12300, `the Content-Type is "${contentType}"; for TwiML it must be text/xml`);
}

function decodeDocument(body: Uint8Array): string | Problem {
  if (body.length === 0) return createError(12100, 'the body is empty; an empty answer is <Response/>');
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    return createError(12100, 'the body begins with a byte order mark; the first byte must be "<"');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return createError(12100, 'the body is not UTF-8');
  }
  if (/^\s+</u.test(text))
    return createError(12100, 'there is white space before the document; the first byte must be "<"');
  if (/^\s*[{[]/u.test(text)) return createError(12100, `the body is JSON: ${text.trim().slice(0, 60)}`);
  if (/^<(?:!doctype\s+html|html)/iu.test(text)) return createError(12100, 'the body is an HTML page');
  return text;
}

function readVerbs(root: TwimlElement, baseUrl: string): TwimlReading {
  const problems = checkSchema(root);
  const verbs: TwimlVerb[] = [];
  for (const element of root.children) {
    if (!GRAMMAR['Response']?.children.includes(element.name)) continue;
    const verb = readVerb(element, baseUrl, problems);
    if (verb) verbs.push(verb);
  }
  return problems.some(({ level }) => level === 'error') ? { verbs: [], problems } : { verbs, problems };
}

function readVerb(element: TwimlElement, baseUrl: string, problems: Problem[]): TwimlVerb | undefined {
  const { attributes, name } = element;
  switch (name) {
    case 'Say': {
      const { language } = attributes as { readonly language?: string };
      return { type: 'say', text: allText(element).trim(), ...(language === undefined ? {} : { language }) };
    }
    case 'Play':
      return { type: 'play', url: attributes['digits'] ?? element.text.trim() };
    case 'Pause':
      return { type: 'pause', seconds: Number(attributes['length'] ?? 1) || 1 };
    case 'Hangup':
      return { type: 'hangup' };
    case 'Reject':
      return { type: 'reject' };
    case 'Redirect':
      return {
        type: 'redirect',
        url: resolveUrl(element.text.trim(), baseUrl),
        method: methodOf(attributes['method']),
      };
    case 'Connect':
      return readConnect(element, baseUrl, problems);
    default:
      return { type: 'other', name };
  }
}

function readConnect(element: TwimlElement, baseUrl: string, problems: Problem[]): TwimlVerb | undefined {
  const [noun] = element.children;
  if (!noun) {
    problems.push(createWarning(12200, '<Connect> is empty; it needs a <Stream>'));
    return undefined;
  }
  if (noun.name !== 'Stream') return { type: 'other', name: noun.name };
  const stream = readStream(noun, baseUrl, problems);
  const { action } = element.attributes as { readonly action?: string };
  return {
    type: 'connect-stream',
    stream,
    method: methodOf(element.attributes['method']),
    ...(action === undefined ? {} : { action: resolveUrl(action, baseUrl) }),
  };
}

function readStream(noun: TwimlElement, baseUrl: string, problems: Problem[]): StreamNoun {
  const { url, track, name, statusCallback } = noun.attributes as Readonly<Record<string, string | undefined>>;
  const address = readStreamUrl(url, baseUrl);
  problems.push(...address.problems);
  if (track !== undefined && track !== 'inbound_track') {
    problems.push(createError(31941, `track="${track}": a stream inside <Connect> can only have inbound_track`));
  }
  return {
    url: address.url,
    parameters: readParameters(noun, problems),
    statusCallbackMethod: methodOf(noun.attributes['statusCallbackMethod']),
    ...(name === undefined ? {} : { name }),
    ...(statusCallback === undefined ? {} : { statusCallback: resolveUrl(statusCallback, baseUrl) }),
  };
}

function readParameters(stream: TwimlElement, problems: Problem[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const { name: element, attributes } of stream.children) {
    if (element !== 'Parameter') continue;
    const { name, value } = attributes;
    if (name === undefined || value === undefined) {
      problems.push(createWarning(12200, '<Parameter> needs a name and a value'));
      continue;
    }
    if (name.length + value.length >= MAX_PARAMETER_LENGTH) {
      const length = name.length + value.length;
      problems.push(
        createWarning(
          12200,
          `<Parameter name="${name}"> has ${length} characters; name and value together must stay under ${MAX_PARAMETER_LENGTH}`,
        ),
      );
      continue;
    }
    parameters[name] = value;
  }
  return parameters;
}

function allText(element: TwimlElement): string {
  return [element.text, ...element.children.map(allText)].join(' ').replaceAll(/\s+/gu, ' ');
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

function methodOf(value: string | undefined): string {
  return value?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

function resolveUrl(url: string, baseUrl: string): string {
  return URL.canParse(url) ? url : URL.canParse(url, baseUrl) ? new URL(url, baseUrl).href : url;
}

function failed(problem: Problem): TwimlReading {
  return { verbs: [], problems: [problem] };
}
