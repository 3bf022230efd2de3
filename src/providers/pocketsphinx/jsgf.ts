/**
 * The right-hand side of a JSGF rule as a tree, so that a grammar is checked and trimmed before the recogniser's C
 * parser sees it. Source: the JSpeech Grammar Format, W3C Note of 5 June 2000, section 4; tags are read and dropped,
 * import is not supported.
 */

export type JsgfNode =
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'rule'; readonly name: string }
  | { readonly type: 'sequence'; readonly parts: readonly JsgfNode[] }
  | { readonly type: 'choice'; readonly options: readonly JsgfOption[] }
  | { readonly type: 'optional'; readonly part: JsgfNode }
  | { readonly type: 'repeat'; readonly part: JsgfNode; readonly sign: '*' | '+' };

export interface JsgfOption {
  readonly weight?: number;
  readonly part: JsgfNode;
}

/** The text is no JSGF rule body. The message quotes the place. */
export class JsgfSyntaxError extends SyntaxError {}

const TOKEN =
  /\s*(?:([|()[\]*+])|<([\w.-]+)>|\/\s*([\d.eE+-]+)\s*\/|\{((?:[^{}\\]|\\.)*)\}|"([^"]*)"|([\p{L}\p{N}'._-]+))/uy;

interface Token {
  readonly kind: 'sign' | 'rule' | 'weight' | 'tag' | 'word';
  readonly text: string;
}

/** Longest rule body read, and deepest nesting: an agent file's typing mistake must not exhaust the stack. */
const MAX_CHARS = 50_000;
const MAX_DEPTH = 50;

export function parseJsgf(body: string): JsgfNode {
  if (body.length > MAX_CHARS) throw new JsgfSyntaxError(`the grammar is longer than ${MAX_CHARS} characters`);
  const reader = new TokenReader(tokenize(body));
  const node = readChoice(reader, 0);
  if (reader.peek()) throw new JsgfSyntaxError(`unexpected "${reader.peek()?.text}"`);
  return node;
}

export function serializeJsgf(node: JsgfNode): string {
  switch (node.type) {
    case 'word':
      return node.text;
    case 'rule':
      return `<${node.name}>`;
    case 'sequence':
      return node.parts.map(serializeJsgf).join(' ');
    case 'choice':
      return `(${node.options.map(serializeOption).join(' | ')})`;
    case 'optional':
      return `[${serializeJsgf(node.part)}]`;
    case 'repeat':
      return node.sign === '+' ? serializeRepeat(node.part) : `[${serializeRepeat(node.part)}]`;
  }
}

/** Every word and every rule that the node mentions. */
export function mentionsOf(node: JsgfNode, into = { words: new Set<string>(), rules: new Set<string>() }) {
  switch (node.type) {
    case 'word':
      into.words.add(node.text);
      break;
    case 'rule':
      into.rules.add(node.name);
      break;
    case 'sequence':
      for (const part of node.parts) mentionsOf(part, into);
      break;
    case 'choice':
      for (const option of node.options) mentionsOf(option.part, into);
      break;
    default:
      mentionsOf(node.part, into);
  }
  return into;
}

/**
 * The grammar without everything that cannot be said because one of its words or rules is not `usable`. Undefined when
 * nothing remains. (JSGF's own `<VOID>` would be the tool for it, but the recogniser drops whole rules that hold one.)
 */
export function trimJsgf(node: JsgfNode, usable: (mention: JsgfNode) => boolean): JsgfNode | undefined {
  switch (node.type) {
    case 'word':
    case 'rule':
      return usable(node) ? node : undefined;
    case 'sequence': {
      const parts = node.parts.map((part) =>
        part.type === 'optional' ? trimOptional(part, usable) : trimJsgf(part, usable),
      );
      if (parts.includes(undefined)) return undefined;
      const left = parts.filter((part) => part !== undefined && !isNothing(part)) as JsgfNode[];
      return left.length === 0 ? nothing : { type: 'sequence', parts: left };
    }
    case 'choice': {
      const options = node.options.flatMap((option) => {
        const part = trimJsgf(option.part, usable);
        return part && !isNothing(part) ? [{ ...option, part }] : [];
      });
      return options.length === 0 ? undefined : { type: 'choice', options };
    }
    case 'optional':
      return trimOptional(node, usable);
    case 'repeat': {
      const part = trimJsgf(node.part, usable);
      if (part && !isNothing(part)) return { ...node, part };
      return node.sign === '*' ? nothing : undefined;
    }
  }
}

const nothing: JsgfNode = { type: 'sequence', parts: [] };

function isNothing(node: JsgfNode): boolean {
  return node.type === 'sequence' && node.parts.length === 0;
}

function trimOptional(node: JsgfNode & { type: 'optional' }, usable: (mention: JsgfNode) => boolean): JsgfNode {
  const part = trimJsgf(node.part, usable);
  return part && !isNothing(part) ? { type: 'optional', part } : nothing;
}

/** Enough for a telephone number with its prefixes, spoken digit by digit. */
const MAX_REPEATS = 16;

/**
 * `x [x [x …]]` instead of `(x)+`: sphinxbase 5prealpha compiles a repeat into a loop back to the start of the choice
 * that it stands in, so that `(one | two)+ | hello` also accepts "one hello".
 */
function serializeRepeat(part: JsgfNode): string {
  const once = part.type === 'sequence' ? `(${serializeJsgf(part)})` : serializeJsgf(part);
  let text = once;
  for (let i = 1; i < MAX_REPEATS; i++) text = `${once} [${text}]`;
  return text;
}

function serializeOption({ weight, part }: JsgfOption): string {
  return weight === undefined ? serializeJsgf(part) : `/${weight.toFixed(6)}/ ${serializeJsgf(part)}`;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** Takes the next token if it is this sign. */
  take(sign: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#next++;
    return true;
  }

  advance(): void {
    this.#next++;
  }
}

function tokenize(body: string): Token[] {
  const tokens: Token[] = [];
  const text = body.trim();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new JsgfSyntaxError(`cannot read "${text.slice(at, at + 20)}"`);
    const [, sign, rule, weight, tag, quoted, word] = found;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (rule !== undefined) tokens.push({ kind: 'rule', text: rule });
    else if (weight !== undefined) tokens.push({ kind: 'weight', text: weight });
    else if (tag !== undefined) tokens.push({ kind: 'tag', text: tag });
    else
      for (const part of (quoted ?? word ?? '').split(/\s+/).filter(Boolean))
        tokens.push({ kind: 'word', text: part.toLowerCase() });
  }
  return tokens;
}

function readChoice(reader: TokenReader, depth: number): JsgfNode {
  if (depth > MAX_DEPTH) throw new JsgfSyntaxError(`brackets are nested deeper than ${MAX_DEPTH}`);
  const options: JsgfOption[] = [];
  do {
    const token = reader.peek();
    const weight = token?.kind === 'weight' ? Number(token.text) : undefined;
    if (weight !== undefined) reader.advance();
    if (weight !== undefined && !(weight >= 0)) throw new JsgfSyntaxError(`"/${token?.text}/" is no weight`);
    options.push({ part: readSequence(reader, depth), ...(weight === undefined ? {} : { weight }) });
  } while (reader.take('|'));
  const [only] = options;
  return options.length === 1 && only && only.weight === undefined ? only.part : { type: 'choice', options };
}

function readSequence(reader: TokenReader, depth: number): JsgfNode {
  const parts: JsgfNode[] = [];
  for (let part = readUnit(reader, depth); part; part = readUnit(reader, depth)) parts.push(part);
  const [only] = parts;
  if (!only) throw new JsgfSyntaxError(`words are missing before "${reader.peek()?.text ?? 'the end'}"`);
  return parts.length === 1 ? only : { type: 'sequence', parts };
}

function readUnit(reader: TokenReader, depth: number): JsgfNode | undefined {
  let unit = readAtom(reader, depth);
  while (unit) {
    if (reader.peek()?.kind === 'tag') reader.advance();
    else if (reader.take('*')) unit = { type: 'repeat', part: unit, sign: '*' };
    else if (reader.take('+')) unit = { type: 'repeat', part: unit, sign: '+' };
    else break;
  }
  return unit;
}

function readAtom(reader: TokenReader, depth: number): JsgfNode | undefined {
  const token = reader.peek();
  if (token?.kind === 'word' || token?.kind === 'rule') {
    reader.advance();
    return token.kind === 'word' ? { type: 'word', text: token.text } : { type: 'rule', name: token.text };
  }
  if (reader.take('(')) return closed(reader, ')', readChoice(reader, depth + 1));
  if (reader.take('[')) return closed(reader, ']', { type: 'optional', part: readChoice(reader, depth + 1) });
  return undefined;
}

function closed(reader: TokenReader, sign: string, node: JsgfNode): JsgfNode {
  if (!reader.take(sign))
    throw new JsgfSyntaxError(`"${sign}" is missing before "${reader.peek()?.text ?? 'the end'}"`);
  return node;
}
