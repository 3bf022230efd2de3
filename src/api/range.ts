/** Which bytes of a file are asked for. RFC 9110 section 14. */
export interface Part {
  readonly from: number;
  /** Of the last byte. */
  readonly to: number;
}

/** Undefined for the whole file: also when several ranges are asked for, or one that the file does not have. */
export function parseRange(header: string | undefined, bytes: number): Part | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from <= to ? { from, to } : undefined;
}
