/** Ways in which a body is no TwiML, named so that a person knows where to look. */
import type { Trouble } from '../finding.ts';
import type { RawAnswer } from '../probe/http.ts';

export interface BodyFault {
  readonly title: string;
  readonly trouble: Trouble;
}

export function isPage({ body, headers }: RawAnswer): boolean {
  return (headers['content-type'] ?? '').includes('text/html') || /^\s*<(?:!doctype\s+html|html)/i.test(startOf(body));
}

const startOf = (body: Uint8Array): string => new TextDecoder().decode(body.subarray(0, 400));

/** Undefined when the body may be TwiML; its grammar is another question. */
export function explainBody(answer: RawAnswer): BodyFault | undefined {
  const { body, headers, status } = answer;
  const text = startOf(body);
  if (status === 204)
    return at12100(
      'The webhook answers 204, which says nothing',
      'Answer 200 with TwiML; an empty answer is <Response/>.',
    );
  if (body.length === 0) return at12100('The body is empty', 'Answer with TwiML; an empty answer is <Response/>.');
  if (body.length > 64 * 1024) return undefined;
  if (body[0] === 0x1f && body[1] === 0x8b && headers['content-encoding'] === undefined) {
    const remedy =
      'Send Content-Encoding: gzip with it, or turn the compression of TwiML off in the proxy or middleware.';
    return at12100('The body is gzip, and no header says so', remedy);
  }
  if ((body[0] === 0xff && body[1] === 0xfe) || (body[0] === 0xfe && body[1] === 0xff)) {
    return at12100('The body is UTF-16', 'Write the document as UTF-8.');
  }
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    return at12100('A byte order mark stands before <?xml', 'Save the template as UTF-8 without BOM.');
  }
  if (/^\s+<\?xml/u.test(text)) {
    return at12100(
      'Blanks stand before <?xml',
      'Let "<" be the first byte: look for an empty line before a template or <?php.',
    );
  }
  return explainText(text, headers['content-type']);
}

function explainText(text: string, contentType = ''): BodyFault | undefined {
  if (/^\s*[{[]/u.test(text)) {
    const isTyped = /json/i.test(contentType);
    return {
      title: 'The answer is JSON and no TwiML',
      trouble: {
        code: isTyped ? 12300 : 12100,
        remedy: 'Answer with TwiML as text/xml: an API route was given to Twilio.',
      },
    };
  }
  if (/^\s*<(?:!doctype\s+html|html)/iu.test(text)) {
    const remedy =
      'The path of the webhook leads to a page (a single-page app, a login, an error): compare it with the route.';
    return at12100('The answer is an HTML page', remedy);
  }
  const before = /^\s*([^<\s][^<]{0,80})<(?:\?xml|Response)/u.exec(text)?.[1];
  if (before !== undefined) {
    const remedy =
      'Something writes before the document: a warning of PHP, a print, a middleware. Let "<" be the first byte.';
    return at12100('Text stands before the document', remedy);
  }
  return undefined;
}

function at12100(title: string, remedy: string): BodyFault {
  return { title, trouble: { code: 12100, remedy } };
}
