import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTwiml } from '../../simulator/twiml-reader.ts';
import { explainBody } from './webhook-body.ts';

const XML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

function explain(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}, status = 200) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return explainBody({ status, headers: { 'content-type': 'text/xml', ...headers }, body: bytes, tookMs: 1 });
}

describe('a body that is no TwiML', () => {
  test.each([
    ['UTF-16', Buffer.from(`\ufeff${XML}`, 'utf16le'), 'The body is UTF-16'],
    ['a BOM', `\ufeff${XML}`, 'A byte order mark stands before <?xml'],
    ['a tab', `\t${XML}`, 'Blanks stand before <?xml'],
    ['a page', '  <!DOCTYPE html><html/>', 'The answer is an HTML page'],
    ['a list', '[{"verb":"say"}]', 'The answer is JSON and no TwiML'],
    ['a warning', `Notice: x in y${XML}`, 'Text stands before the document'],
  ])('%s', (_name, body, title) => {
    expect(explain(body)).toMatchObject({ title, trouble: { code: 12100 } });
  });

  test('an error that is told in JSON, typed as such, is 12300', () => {
    expect(explain('{"error":1}', { 'content-type': 'application/json' })?.trouble.code).toBe(12300);
  });
});

test.each([XML, '<Response><Say>x</Say></Response>', '<Response>\n</Response>'])(
  '%s is left to the grammar',
  (body) => {
    expect(explain(body)).toBeUndefined();
  },
);

test('whatever comes, it does not throw, and what is named here Twilio would not take', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string().map((text) => Buffer.from(text)),
      ),
      (body) => {
        const fault = explain(body);
        if (!fault) return;
        const { problems } = readTwiml({
          status: 200,
          contentType: 'text/xml',
          body,
          url: 'https://example.com/voice',
        });
        expect(problems.some(({ level }) => level === 'error')).toBe(true);
      },
    ),
  );
});
