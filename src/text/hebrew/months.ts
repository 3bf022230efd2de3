/** Months by number; the Hebrew calendar's are only recognised. */
export const MONTHS = [
  'ינואר',
  'פברואר',
  'מרץ',
  'אפריל',
  'מאי',
  'יוני',
  'יולי',
  'אוגוסט',
  'ספטמבר',
  'אוקטובר',
  'נובמבר',
  'דצמבר',
] as const;
const HEBREW_MONTHS = 'מרס|תשרי|חשוון|כסלו|טבת|שבט|אדר|ניסן|אייר|סיוון|תמוז|אב|אלול';
const MONTH_AFTER = new RegExp(`^ (?:[בל](?:${MONTHS.join('|')}|${HEBREW_MONTHS})|[בל]חודש)(?![א-ת])`);

/** Whether the text goes on with "of" a month, so that the number before it is a day. */
export function hasMonth(after: string): boolean {
  return MONTH_AFTER.test(after);
}
