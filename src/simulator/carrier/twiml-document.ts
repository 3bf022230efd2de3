import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { createError, createWarning, type Problem } from './problem.ts';
import { ATTRIBUTE_VALUES, GRAMMAR } from './twiml-grammar.ts';

export interface TwimlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly TwimlElement[];
  readonly text: string;
}

interface OpenElement extends TwimlElement {
  readonly children: OpenElement[];
  text: string;
}

/** The root element when the document is well-formed XML with root `Response`; else what Twilio would say. */
export function parseTwimlDocument(xml: string): { root: TwimlElement } | { problem: Problem } {
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let fault: Error | undefined;
  let version = '1.0';

  parser.on('error', (error) => {
    fault ??= error;
  });
  parser.on('xmldecl', (declaration) => {
    version = declaration.version ?? '';
  });
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    const element: OpenElement = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(xml).close();

  if (version !== '1.0' && version !== '1.1') {
    return { problem: createError(12101, `the XML declaration has version "${version}"`) };
  }
  if (fault) return { problem: createError(12100, `not well-formed XML: ${fault.message}`) };
  if (!root) return { problem: createError(12100, 'the document has no element') };
  if (root.name !== 'Response') {
    return { problem: createError(12102, `the root element is <${root.name}>; it must be <Response>, spelled so`) };
  }
  return { root };
}

/** Twilio reports what its schema does not know, ignores it, and goes on. */
export function checkSchema(element: TwimlElement): Problem[] {
  const grammar = GRAMMAR[element.name];
  if (!grammar) return [];
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(element.attributes)) {
    const values = ATTRIBUTE_VALUES[name];
    if (!grammar.attributes.includes(name)) {
      problems.push(
        createWarning(12200, `<${element.name}> has no attribute "${name}"${suggest(name, grammar.attributes)}`),
      );
    } else if (values && !values.includes(value.toUpperCase()) && !values.includes(value)) {
      problems.push(createWarning(12200, `${name}="${value}" on <${element.name}>: must be ${values.join(' or ')}`));
    }
  }
  if (!grammar.text && element.text.trim() !== '') {
    problems.push(createWarning(12200, `<${element.name}> holds the text "${element.text.trim().slice(0, 40)}"`));
  }
  for (const child of element.children) {
    if (grammar.children.includes(child.name)) problems.push(...checkSchema(child));
    else {
      const hint = suggest(child.name, grammar.children);
      problems.push(createWarning(12200, `<${child.name}> is not allowed in <${element.name}>${hint}`));
    }
  }
  return problems;
}

function suggest(name: string, known: readonly string[]): string {
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  return meant === undefined ? '' : `; it is spelled "${meant}"`;
}
