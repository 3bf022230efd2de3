/** Takes a text out of its markup: Markdown, tags, JSON and code go, the words in them stay where they are words. */
import { type Span, spanAt } from './spans.ts';
import { isStageDirection } from './stage-directions.ts';

const HEADING = /^ {0,3}#{1,6}(?:\s+|$)/;
const BULLET = /^\s*(?:[-*+•‣◦▪●–—]\s+|>\s?)+/;
const RULE = /^\s*(?:[-*_=]\s?){3,}$/;
const TABLE_RULE = /^[\s|:-]+$/;

/** Code blocks, tags, JSON and stage directions dropped; links, emphasis and code in a line replaced by their text.
 * It calls itself for emphasis in emphasis, which is short, and so is the recursion. */
export function stripSpans(text: string): string {
  let out = '';
  let at = 0;
  const markup = /[`<{[(*_~]/g;
  for (let match = markup.exec(text); match; match = markup.exec(text)) {
    const start = match.index;
    const span = spanAt(text, start, true);
    if (typeof span !== 'object') continue;
    const kept = wordsOf(text, start, span);
    if (kept === undefined) continue;
    const image = span.kind === 'link' && text[start - 1] === '!';
    out += text.slice(at, image ? start - 1 : start) + (image ? ' ' : kept);
    at = span.end;
    markup.lastIndex = at;
  }
  return out + text.slice(at);
}

/** What stays of a span; nothing when the bracket is one of the text's own. */
function wordsOf(text: string, start: number, { kind, end }: Span): string | undefined {
  const written = text.slice(start, end);
  switch (kind) {
    case 'code':
      return written.replace(/^`+|`+$/g, '');
    case 'link':
      return stripSpans(/^\[([^\]]*)\]/.exec(written)?.[1] ?? '');
    case 'square':
      return /^\[(?:[ x^]?|\^?\d{1,3})\]$/i.test(written) ? ' ' : stage(written.slice(1, -1));
    case 'round':
      return stage(written.slice(1, -1));
    case 'emphasis': {
      const words = written.replace(/^([*_~]{1,3})(.*)\1$/s, '$2');
      return stage(words, written.length - words.length === 2) ?? stripSpans(words);
    }
    default:
      return ' ';
  }
}

const stage = (content: string, possible = true): string | undefined =>
  possible && isStageDirection(content) ? ' ' : undefined;

/** Marks at the start of a line, and the bars of a table. */
export function stripLineMarks(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      RULE.test(line) || (TABLE_RULE.test(line) && line.includes('--'))
        ? ''
        : line.replace(BULLET, '').replace(HEADING, ''),
    )
    .map((line) => (/^\s*\|.*\|\s*$/.test(line) ? cells(line) : line))
    .join('\n');
}

function cells(row: string): string {
  const words = row
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
  return words.join(', ');
}

/** Marks that lost their partner: beside a word a star is Markdown, alone it is a key of the telephone. */
export function stripStrayMarks(text: string): string {
  return text
    .replace(/`+/g, '')
    .replace(/\*{2,}|_{2,}|~{2,}/g, '')
    .replace(/(?<=[\p{L}\p{N}\p{M}.,!?:;"'״׳)])\*(?!\d)|\*(?=[\p{L}"'״(])/gu, '')
    .replace(/(?<![\p{L}\p{N}])_(?=\p{L})|(?<=\p{L})_(?![\p{L}\p{N}@])/gu, '')
    .replace(/\\(?=[*_#~`[\](){}.!+-])/g, '');
}
