/**
 * CSV as offices use it (RFC 4180), in and out. Out: a byte order mark, without which Excel takes UTF-8 for something else,
 * and no cell that a spreadsheet would run (OWASP, "CSV Injection"). In: what Excel writes in any country, read in pieces
 * so that no call waits for it.
 */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { type Stringifier, stringify } from 'csv-stringify';
import { ApiRefusal } from '../handler.ts';

export const CSV_LIMITS = { bytes: 5_000_000, lines: 50_000, refusals: 1_000, cell: 5_000 } as const;
const PIECE = 16_384;
const DELIMITERS = [',', ';', '\t'] as const;
/** What an export has put before a cell that begins like a formula. */
const GUARDED = /^'(?=[=+\-@\t\r])/;

export interface CsvLine {
  /** Counted from 1, the header included, as lines are counted in an editor. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface Refused {
  readonly line: number;
  readonly reason: string;
}

/**
 * The lines of a file by the names of their columns, in small letters; columns that nobody asked for are passed over.
 * Lines that are no CSV are told to `refuse`. Throws `ApiRefusal` for a file that is too large or lacks a column.
 */
export async function* readCsv(
  text: string,
  columns: { readonly required: readonly string[]; readonly optional: readonly string[] },
  refuse: (refused: Refused) => void,
): AsyncGenerator<CsvLine> {
  if (text.length > CSV_LIMITS.bytes || Buffer.byteLength(text) > CSV_LIMITS.bytes) {
    throw new ApiRefusal(413, 'too-large', `The file has more than ${CSV_LIMITS.bytes} bytes.`);
  }
  const wanted = new Set([...columns.required, ...columns.optional]);
  let header: readonly string[] | undefined;
  let lines = 0;
  for await (const { info, record } of recordsOf(text, refuse)) {
    if (!header) {
      header = record.map((name) => name.trim().toLowerCase());
      requireColumns(header, columns.required);
      continue;
    }
    if (record.every((cell) => cell.trim() === '')) continue;
    if (++lines > CSV_LIMITS.lines) {
      throw new ApiRefusal(413, 'too-many-lines', `The file has more than ${CSV_LIMITS.lines} lines.`);
    }
    const named = header.flatMap((name, i) => (wanted.has(name) ? [[name, cellOf(record[i] ?? '')] as const] : []));
    yield { line: info.lines, cells: Object.fromEntries(named) };
  }
  if (!header) requireColumns([], columns.required);
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function recordsOf(text: string, refuse: (refused: Refused) => void): AsyncIterable<CsvRecord> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(text),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 100_000,
    on_skip: (error) => {
      refuse({ line: Number(error?.['lines'] ?? 0), reason: 'is no line of CSV' });
      return undefined;
    },
  });
  return Readable.from(piecesOf(text)).pipe(parser) as AsyncIterable<CsvRecord>;
}

/** With one kind of line ends: the parser counts those of Windows twice within quotes. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = from + PIECE;
    const to = text[end - 1] === '\r' ? end + 1 : end;
    yield text.slice(from, to).replaceAll(/\r\n?/g, '\n');
    from = to;
  }
}

/** Spreadsheets of many countries write semicolons. The header has no cell in which another one could stand. */
function delimiterOf(text: string): string {
  const [header = ''] = text.slice(0, 10_000).split(/[\r\n]/, 1);
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

const cellOf = (cell: string): string => cell.replaceAll('\0', '').replace(GUARDED, '').trim();

function requireColumns(header: readonly string[], required: readonly string[]): void {
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length === 0) return;
  const fields = Object.fromEntries(missing.map((name) => [name, 'is missing']));
  throw new ApiRefusal(422, 'columns-missing', 'The first line must name the columns.', fields);
}

type Cell = string | number | null;

/** Rows as they come, with a header. Destroying the stream ends the reading. */
export function writeCsv(columns: readonly string[], rows: AsyncIterable<Readonly<Record<string, Cell>>>): Readable {
  const writer: Stringifier = stringify({
    bom: true,
    columns: [...columns],
    escape_formulas: true,
    header: true,
    quoted_match: /[\r\n]/, // it quotes of itself only what ends a record
    record_delimiter: 'windows',
  });
  const source = Readable.from(rows);
  source.once('error', (error) => writer.destroy(error));
  writer.once('close', () => source.destroy());
  return source.pipe(writer);
}
