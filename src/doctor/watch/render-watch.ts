/** A watched call for a person, line by line as it goes on, or for programs. */
import { formatStamp } from '../../simulator/live-view.ts';
import type { Step } from './steps.ts';
import type { WatchNews, WatchTrouble, WatchVerdict } from './watch-state.ts';

const WIDTH = 12;
const INDENT = ' '.repeat(12);

const COLOURS = { ok: 32, warn: 33, fail: 31, dim: 90 } as const;

export interface WatchView {
  /** Time zero: the first step of the call. */
  readonly since: number;
  readonly color: boolean;
}

export function renderNews(news: WatchNews, { color, since }: WatchView): readonly string[] {
  const paint = (colour: keyof typeof COLOURS, text: string): string =>
    color ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  const stamp = formatStamp(news.at - since);
  switch (news.type) {
    case 'came': {
      const { detail, isLate, step } = news;
      const told = `${step.title}${detail === undefined ? '' : `: ${detail}`}`;
      return [
        `${stamp}  ${paint(isLate ? 'warn' : 'ok', isLate ? '! ' : '✓ ')}${named(step)}${told}${isLate ? ', late' : ''}`,
      ];
    }
    case 'missing': {
      const { isOptional, missing, name, title, due } = news.step;
      const sign = isOptional ? paint('warn', '! ') : paint('fail', '✗ ');
      const waited = `not within ${((due?.ms ?? 0) / 1_000).toFixed(1)} s of ${due?.after}`;
      const what = { title: `missing: ${title}, ${waited}`, ...missing };
      return [`${stamp}  ${sign}${name.padEnd(WIDTH)} ${headOf(what)}`, ...reasonsOf(what)];
    }
    case 'trouble': {
      const sign = news.trouble.isMinor ? paint('warn', '! ') : paint('fail', '✗ ');
      return [`${stamp}  ${sign}${''.padEnd(WIDTH)} ${headOf(news.trouble)}`, ...reasonsOf(news.trouble)];
    }
    case 'over':
      return ['', verdictOf(news.verdict, paint)];
  }
}

const named = ({ name }: Step): string => `${name.padEnd(WIDTH)} `;

const headOf = ({ code, title }: WatchTrouble): string => (code === undefined ? title : `${title} [${code}]`);

const reasonsOf = ({ code, remedy, why }: WatchTrouble): readonly string[] => [
  ...(why === undefined || why === '' ? [] : [`${INDENT}why     ${why}`]),
  ...(remedy === undefined ? [] : [`${INDENT}remedy  ${remedy}`]),
  ...(code === undefined ? [] : [`${INDENT}page    kav explain ${code}`]),
];

function verdictOf(
  { detail, go, missing, notSeen }: WatchVerdict,
  paint: (colour: 'ok' | 'fail', text: string) => string,
): string {
  const parts = [
    ...(detail === undefined ? [] : [detail]),
    ...(missing.length === 0 ? [] : [`first missing: ${missing[0]}`]),
    ...(notSeen.length === 0 ? [] : [`not come to: ${notSeen.join(', ')}`]),
  ];
  const head = go ? paint('ok', 'GO') : paint('fail', 'NO-GO');
  return `${head}  ${parts.length === 0 ? 'everything came, in time' : parts.join('; ')}`;
}

/** One object for each piece of news, with milliseconds since the first. */
export function newsJson(news: WatchNews, { since }: Pick<WatchView, 'since'>): object {
  const at = Math.round(news.at - since);
  switch (news.type) {
    case 'came': {
      const { detail, isLate, step } = news;
      return {
        schema: 'kav-watch/1',
        at,
        type: 'came',
        step: step.name,
        isLate,
        ...(detail === undefined ? {} : { detail }),
      };
    }
    case 'missing': {
      const { due, isOptional = false, missing, name, title } = news.step;
      return { schema: 'kav-watch/1', at, type: 'missing', step: name, title, isOptional, due, ...missing };
    }
    case 'trouble':
      return { schema: 'kav-watch/1', at, type: 'trouble', ...news.trouble };
    case 'over':
      return { schema: 'kav-watch/1', at, type: 'over', ...news.verdict };
  }
}
