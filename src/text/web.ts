/** Addresses of the web and of mail, as they are read out over a telephone. */
import { rewrite } from './rewrite.ts';

export interface WebWords {
  readonly at: string;
  readonly dot: string;
  readonly slash: string;
  readonly dash: string;
  readonly underscore: string;
  readonly plus: string;
  readonly digits: readonly string[];
  /** Endings that are said as words of the language. */
  readonly endings: Readonly<Record<string, string>>;
}

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const MAIL = new RegExp(`(?<![A-Za-z0-9._%+])([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})@(${LABEL}(?:\\.${LABEL}){1,5})`, 'g');
const ENDING = 'com|net|org|io|co|ai|app|dev|info|biz|me|tv|gov|edu|il|uk|us|de|fr|eu|es|it|nl|online|shop|store|site';
const PATH = String.raw`[/?#][^\s<>"']{0,200}`;
const SITE = new RegExp(
  String.raw`(?<![A-Za-z0-9.@_/-])(?:https?:\/\/(?:www\.)?|www\.)(${LABEL}(?:\.${LABEL}){1,5}|localhost)(?::\d{1,5})?(${PATH})?` +
    String.raw`|(?<![A-Za-z0-9.@_/-])((?:${LABEL}\.){1,4}(?:${ENDING}))(?![A-Za-z0-9-]|\.[A-Za-z0-9])(${PATH})?`,
  'gi',
);
/** A longer path is nothing that a listener could write down. */
const LONGEST_PATH = 40;

export function readWebAddresses(text: string, words: WebWords): string {
  const mail = rewrite(text, MAIL, ({ match: [, name = '', host = ''] }) => ({
    text: `${sayPart(name, words)} ${words.at} ${sayHost(host, words)}`,
  }));
  return rewrite(mail, SITE, ({ match: [, full, fullPath, bare, barePath] }) => {
    const rest = fullPath ?? barePath ?? '';
    const stop = /[.,!?;:)\]]*$/.exec(rest)?.[0] ?? '';
    const path = rest.slice(0, rest.length - stop.length).replace(/[?#].*$/, '');
    return { text: sayHost(full ?? bare ?? '', words) + sayPath(path, words) + stop };
  });
}

function sayHost(host: string, words: WebWords): string {
  const [name = '', ...endings] = host.split('.');
  const said = endings.map((label) => words.endings[label.toLowerCase()] ?? sayPart(label, words));
  return [sayPart(name, words), ...said].join(` ${words.dot} `);
}

function sayPath(path: string, words: WebWords): string {
  const parts = path.split('/').filter((part) => part !== '');
  if (path.length > LONGEST_PATH) return '';
  return parts.map((part) => ` ${words.slash} ${sayPart(part, words)}`).join('');
}

function sayPart(part: string, words: WebWords): string {
  const signs: Readonly<Record<string, string>> = {
    '.': words.dot,
    '-': words.dash,
    _: words.underscore,
    '+': words.plus,
  };
  return (part.match(/[.\-_+]|[^.\-_+]+/g) ?? [])
    .map(
      (piece) =>
        signs[piece] ?? (/^\d+$/.test(piece) ? [...piece].map((d) => words.digits[Number(d)]).join(' ') : piece),
    )
    .join(' ');
}
