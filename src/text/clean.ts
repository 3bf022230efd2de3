import { stripLineMarks, stripSpans, stripStrayMarks } from './markup.ts';
import { decodeEntities, stripIdentifiers, stripInvisible, stripPictures } from './not-words.ts';
import { isSpeakable } from './speakable.ts';

/** Models sometimes write who speaks, as in a play. */
const ROLE =
  /^\s*(?:\[?(?:agent|assistant|ai|bot|system|user|caller|customer|human|operator|receptionist|representative|סוכן|סוכנת|עוזר|עוזרת|העוזר|העוזרת|נציג|נציגה|הנציג|הנציגה|בוט|מערכת|לקוח|לקוחה|מתקשר|מתקשרת)\]?\s*:\s*)+/i;

/**
 * What of a model's sentence is words: markup, pictures, JSON, tags, identifiers, stage directions, role labels and
 * characters without a sound are gone, white space is single. Figures stay figures, for transcripts and histories, and
 * Hebrew points stay for the voice; marks of chant do not. The result is empty when nothing in it can be said.
 */
export function cleanText(text: string): string {
  const words = stripSpans(decodeEntities(stripInvisible(text)));
  const unmarked = stripStrayMarks(stripLineMarks(stripPictures(words)));
  const cleaned = tidied(stripIdentifiers(unmarked).replace(ROLE, ''));
  return isSpeakable(cleaned) || /^[*#]$/.test(cleaned) ? cleaned : '';
}

function tidied(text: string): string {
  return text
    .replace(/[([]\s*[)\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,;:!?](?: |$)|\.(?: |$)|[)\]])/g, '')
    .replace(/(?<=[([]) /g, '')
    .replace(/(?<=[,.!?;:…]),|,(?=[.!?])/g, '')
    .replace(/^[\s,;:.!?…–—-]+/, (lead, _at, whole: string) => signOf(lead, whole[lead.length]))
    .trim();
}

/** The minus or the point of a number is no mark that was left behind. */
function signOf(lead: string, next: string | undefined): string {
  return /\d/.test(next ?? '') && /[-.]$/.test(lead) ? lead.slice(-1) : '';
}
