/**
 * Pieces of a model's text that hang together: code, tags, JSON, links, emphasis, brackets. The splitter cuts in none
 * of them, and the cleaner drops some of them whole. Each has a greatest length, so that a mark without its partner
 * holds a sentence back for a moment only.
 */

export type SpanKind = 'fence' | 'code' | 'silent' | 'tag' | 'json' | 'link' | 'square' | 'round' | 'emphasis';

export interface Span {
  readonly kind: SpanKind;
  /** The index after its last character. */
  readonly end: number;
}

/** `open`: a span may begin here, and more text will tell. */
export type SpanAt = Span | 'open' | undefined;

const LONGEST: Readonly<Record<SpanKind, number>> = {
  fence: 100_000,
  code: 200,
  silent: 20_000,
  tag: 300,
  json: 4000,
  link: 500,
  square: 160,
  round: 160,
  emphasis: 160,
};
/** Elements whose content is no speech. */
const SILENT =
  /^<(think|thinking|reasoning|scratchpad|tool|tool_call|tool_use|tool_code|tool_result|function|function_call|function_calls|invoke|script|style)(?=[\s>/=])/i;
const JSON_START = /^(?:\{\s*(?:["'}]|[a-zA-Z_]\w{0,40}\s*:)|\[\s*(?:[{"\]]|-?\d+\s*,))/;
const JSON_MAYBE = /^(?:\{\s*(?:[a-zA-Z_]\w{0,40}\s*)?|\[\s*(?:-?\d*\s*))$/;
/** A longer run of marks is a line drawn across the page. */
const LONGEST_RUN = 4;
/** Nothing that a model writes is nested deeper. */
const DEEPEST = 40;

/** The span that begins at `at`, if one does. With `final` nothing more will come. */
export function spanAt(text: string, at: number, final: boolean): SpanAt {
  switch (text[at]) {
    case '`':
      return backticks(text, at, final);
    case '<':
      return angle(text, at, final);
    case '{':
      return json(text, at, final);
    case '[':
      return square(text, at, final);
    case '(':
      return enclosed(text, at, { kind: 'round', close: ')', final });
    case '*':
    case '_':
    case '~':
      return emphasis(text, at, final);
    default:
      return undefined;
  }
}

function backticks(text: string, at: number, final: boolean): SpanAt {
  const run = runLength(text, at);
  if (at + run === text.length && run < 3 && !final) return 'open';
  if (run < 3) return enclosed(text, at, { kind: 'code', close: '`', final, width: run });
  const close = text.indexOf('```', at + 3);
  if (close >= 0) return close - at > LONGEST.fence ? undefined : { kind: 'fence', end: close + 3 };
  if (final) return { kind: 'fence', end: text.length };
  return text.length - at > LONGEST.fence + 3 ? undefined : 'open';
}

/** To the nearest closing mark on the same line. */
function enclosed(
  text: string,
  at: number,
  { kind, close, final, width = 1 }: { kind: SpanKind; close: string; final: boolean; width?: number },
): SpanAt {
  const limit = Math.min(text.length, at + LONGEST[kind]);
  for (let i = at + width; i < limit; i++) {
    if (text[i] === '\n') return undefined;
    if (text[i] === close) return { kind, end: i + 1 };
  }
  return final || limit < text.length || text.length - at >= LONGEST[kind] ? undefined : 'open';
}

function angle(text: string, at: number, final: boolean): SpanAt {
  const next = text[at + 1];
  if (next === undefined) return final ? undefined : 'open';
  if (!/[a-z/!|?]/i.test(next)) return undefined;
  const tag = enclosed(text, at, { kind: 'tag', close: '>', final });
  if (typeof tag !== 'object') return tag;
  const name = SILENT.exec(text.slice(at, at + 24))?.[1];
  if (name === undefined || text[tag.end - 2] === '/') return tag;
  const close = new RegExp(`</${name}\\s*>`, 'gi');
  close.lastIndex = tag.end;
  const match = close.exec(text.slice(0, at + LONGEST.silent));
  if (match) return { kind: 'silent', end: close.lastIndex };
  if (final) return { kind: 'silent', end: text.length };
  return text.length - at > LONGEST.silent ? tag : 'open';
}

function json(text: string, at: number, final: boolean): SpanAt {
  const head = text.slice(at, at + 60);
  if (!JSON_START.test(head)) return !final && JSON_MAYBE.test(head) && head.length < 60 ? 'open' : undefined;
  let depth = 0;
  let quoted = false;
  const limit = Math.min(text.length, at + LONGEST.json);
  for (let i = at; i < limit; i++) {
    const sign = text[i]!;
    if (quoted && sign === '\\') i++;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '{' || sign === '[')) {
      if (++depth > DEEPEST) return undefined;
    } else if (!quoted && (sign === '}' || sign === ']') && --depth === 0) return { kind: 'json', end: i + 1 };
  }
  if (final) return text.length - at <= LONGEST.json ? { kind: 'json', end: text.length } : undefined;
  return text.length - at > LONGEST.json ? undefined : 'open';
}

function square(text: string, at: number, final: boolean): SpanAt {
  const object = json(text, at, final);
  if (object !== undefined) return object;
  const label = enclosed(text, at, { kind: 'square', close: ']', final });
  if (typeof label !== 'object') return label;
  const next = text[label.end];
  if (next === undefined) return final ? label : 'open';
  if (next !== '(') return label;
  const target = enclosed(text, label.end, { kind: 'link', close: ')', final });
  if (target === 'open') return 'open';
  return target ? { kind: 'link', end: target.end } : label;
}

/** A run of marks before a word, up to the same run after a word. `*2700` is a number to dial. */
function emphasis(text: string, at: number, final: boolean): SpanAt {
  const run = runLength(text, at);
  const start = at + run;
  if (run > 3) return undefined;
  if (start >= text.length) return final ? undefined : 'open';
  const before = text[at - 1] ?? ' ';
  if (
    /\s/.test(text[start]!) ||
    (run === 1 && /\d/.test(text[start]!)) ||
    (text[at] !== '*' && /[\p{L}\p{N}]/u.test(before))
  )
    return undefined;
  if (text[at] === '~' && run === 1) return undefined;
  const marks = text.slice(at, start);
  const limit = Math.min(text.length, at + LONGEST.emphasis);
  for (let i = start; i < limit; i++) {
    if (text[i] === '\n') return undefined;
    if (text[i] !== text[at] || /\s/.test(text[i - 1]!)) continue;
    if (i + run > text.length) break;
    if (text.startsWith(marks, i)) return { kind: 'emphasis', end: i + run };
    i += runLength(text, i) - 1;
  }
  return final || text.length - at >= LONGEST.emphasis ? undefined : 'open';
}

function runLength(text: string, at: number): number {
  let end = at;
  while (end - at < LONGEST_RUN && text[end] === text[at]) end++;
  return end - at;
}
