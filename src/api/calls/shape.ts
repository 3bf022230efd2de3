/**
 * What is left of a text that may be shared: its shape. Letters and digits go, each for one that stands for its kind, so
 * that lengths, spaces and punctuation still tell what happened.
 */
export function shapeOf(text: string): string {
  return text
    .replaceAll(/\p{Script=Hebrew}/gu, 'א')
    .replaceAll(/\p{N}/gu, '0')
    .replaceAll(/[^\P{L}א]/gu, 'x')
    .replaceAll(/\p{M}|\p{So}|\p{C}/gu, '');
}

/** Fields whose strings are words of Kav's own, when they look like such. */
const OWN_WORDS = new Set([
  ...['type', 'state', 'kind', 'who', 'reason', 'endReason', 'code', 'line', 'operation', 'provider', 'ending'],
  ...['reasons', 'expects', 'end', 'cause', 'fault', 'version', 'language', 'brain', 'stt', 'tts', 'outcome'],
  ...['status', 'source', 'schema', 'subject'],
]);
const OWN_WORD = /^[A-Za-z0-9][A-Za-z0-9.:_/-]{0,60}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const TIMES = new Set(['at', 'startedAt', 'endedAt', 'openedAt', 'redactedAt', 'madeAt']);
const SIDS = new Set(['callSid', 'streamSid']);
const SID = /^(?:CA|MZ)[0-9a-f]{32}$/;
const KEY = /^[a-z][A-Za-z0-9-]{0,30}$/;
/** Their keys may be anybody's words. */
const OPEN_KEYS = new Set(['slots', 'fields', 'tools']);

/** A value of JSON with every text shaped, but for Kav's own words, times, and the names of call and stream. */
export function shapeValue(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return isOwn(key, value) ? value : shapeOf(value);
  if (Array.isArray(value)) return value.map((item) => shapeValue(item, key));
  if (typeof value !== 'object' || value === null) return value;
  const hidesKeys = OPEN_KEYS.has(key);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      hidesKeys || !KEY.test(name) ? shapeOf(name) : name,
      shapeValue(inner, hidesKeys ? key : name),
    ]),
  );
}

function isOwn(key: string, text: string): boolean {
  if (OWN_WORDS.has(key)) return OWN_WORD.test(text);
  if (TIMES.has(key)) return TIME.test(text);
  return SIDS.has(key) && SID.test(text);
}
