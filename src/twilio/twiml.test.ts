import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { StateError } from '../core/errors.ts';
import { type ConnectStream, connectStreamTwiml, emptyTwiml, sayAndHangUpTwiml } from './twiml.ts';

interface Node {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Node[];
  text: string;
}

/** Strict: throws at the first thing that is not well-formed. */
function parse(xml: string): Node {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes: { ...attributes }, children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (text) => {
    const node = open.at(-1);
    if (node) node.text += text;
  });
  parser.write(xml).close();
  return root.children[0] ?? root;
}

const stream: ConnectStream = {
  streamUrl: 'wss://kav.example.com/ws/twilio-media',
  statusCallbackUrl: 'https://kav.example.com/webhook/stream_status',
  actionUrl: 'https://kav.example.com/webhook/stream_ended',
  parameters: { call_sid: 'CA1', token: 'abc' },
};

test('the document that answers a call', () => {
  expect(connectStreamTwiml(stream)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response>' +
      '<Connect action="https://kav.example.com/webhook/stream_ended">' +
      '<Stream url="wss://kav.example.com/ws/twilio-media" ' +
      'statusCallback="https://kav.example.com/webhook/stream_status">' +
      '<Parameter name="call_sid" value="CA1"/><Parameter name="token" value="abc"/>' +
      '</Stream></Connect></Response>',
  );
});

test('a recording and a spoken line come before the stream', () => {
  const xml = connectStreamTwiml({
    ...stream,
    play: 'https://kav.example.com/a.mp3?x=1&y=2',
    say: { text: 'שלום', language: 'he-IL' },
  });
  const response = parse(xml);
  expect(response.children.map(({ name }) => name)).toEqual(['Play', 'Say', 'Connect']);
  expect(response.children[0]?.text).toBe('https://kav.example.com/a.mp3?x=1&y=2');
  expect(response.children[1]).toMatchObject({
    text: 'שלום',
    attributes: { language: 'he-IL', voice: 'Google.he-IL-Standard-A' },
  });
});

test('an apology is spoken and the call ended; nothing to say is nothing', () => {
  expect(sayAndHangUpTwiml({ text: 'Sorry & goodbye', language: 'en-US' })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response>' +
      '<Say language="en-US" voice="Google.en-US-Standard-A">Sorry &amp; goodbye</Say><Hangup/></Response>',
  );
  expect(parse(sayAndHangUpTwiml({ text: '', language: 'en' })).children.map(({ name }) => name)).toEqual(['Hangup']);
  expect(emptyTwiml()).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>');
});

test('a parameter of 500 characters or without a name is our mistake', () => {
  const name = 'token';
  const withValue = (length: number) => connectStreamTwiml({ ...stream, parameters: { [name]: 'x'.repeat(length) } });
  expect(withValue(494)).toContain('x'.repeat(494));
  expect(() => withValue(495)).toThrow(StateError);
  expect(() => connectStreamTwiml({ ...stream, parameters: { '': 'x' } })).toThrow(StateError);
});

test('a document that Twilio would not read is our mistake', () => {
  expect(() => sayAndHangUpTwiml({ text: 'word '.repeat(14_000), language: 'en' })).toThrow(/64000 bytes/);
});

test('a long text is cut into pieces that Twilio can speak, and no word of it is lost', () => {
  const text = `${'שלום לך מקו, '.repeat(200)}\n${'א'.repeat(2000)}  `;
  const says = parse(sayAndHangUpTwiml({ text, language: 'he-IL' })).children.filter(({ name }) => name === 'Say');
  expect(says.length).toBeGreaterThan(3);
  expect(says.map((say) => say.text).join('')).toBe(text);
  for (const say of says) expect(encodeURIComponent(say.text).length).toBeLessThanOrEqual(4500);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '&',
        '&lt;',
        '"',
        "'",
        ']]>',
        '<!--',
        '-->',
        '<?',
        '\r',
        '\n',
        '\t',
        '\0',
        '\ud800',
        '#text',
      ),
    )
    .map((parts) => parts.join('')),
);

/** Independent of the code under test: what XML 1.0 section 2.2 allows, code point by code point. */
function allowed(text: string): string {
  return [...text]
    .filter((character) => {
      const point = character.codePointAt(0) ?? 0;
      if (point === 9 || point === 10 || point === 13) return true;
      if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return false;
      return !(point >= 0xd800 && point <= 0xdfff) && point !== 0xfffe && point !== 0xffff;
    })
    .join('');
}

test('any text and any parameter come back from a strict parser as they went in', () => {
  fc.assert(
    fc.property(anyText, fc.dictionary(anyText, anyText, { maxKeys: 3 }), (text, given) => {
      const entries = Object.entries(given).filter(
        ([name, value]) => allowed(name) !== '' && name.length + value.length < 500,
      );
      const xml = connectStreamTwiml({
        ...stream,
        say: { text, language: 'en' },
        parameters: Object.fromEntries(entries),
      });
      expect(xml.charCodeAt(0)).toBe(0x3c);
      const response = parse(xml);
      const says = response.children.filter(({ name }) => name === 'Say');
      expect(says.map((say) => say.text).join('')).toBe(allowed(text));
      expect(response.children.slice(says.length).map(({ name }) => name)).toEqual(['Connect']);
      const [connect] = response.children.slice(-1);
      expect(connect?.children.map(({ name }) => name)).toEqual(['Stream']);
      const parameters = connect?.children[0]?.children ?? [];
      expect(parameters.map(({ name, attributes, children }) => ({ name, attributes, children }))).toEqual(
        entries.map(([name, value]) => ({
          name: 'Parameter',
          attributes: { name: allowed(name), value: allowed(value) },
          children: [],
        })),
      );
    }),
    { numRuns: 800 },
  );
});
