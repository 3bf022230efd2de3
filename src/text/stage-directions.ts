/** What an actor does rather than says: "*laughs*", "(pause)", "[sighs]", "(צוחקת)". */

const DEEDS = new Set(
  (
    'laugh laughs laughing laughter chuckle chuckles chuckling giggle giggles giggling sigh sighs sighing pause pauses pausing ' +
    'cough coughs coughing smile smiles smiling nod nods nodding whisper whispers whispering gasp gasps gasping sniff sniffs ' +
    'cry cries crying sob sobs hum hums humming inhales exhales breathes grin grins grinning winks wink shrugs groan groans ' +
    'beat silence typing clears yawns blushes gestures hesitates hesitantly softly warmly cheerfully gently excitedly ' +
    'enthusiastically quietly playfully sympathetically thoughtfully inaudible ' +
    'צוחק צוחקת צוחקים צחוק נאנח נאנחת אנחה מחייך מחייכת חיוך בחיוך הפסקה שתיקה לוחש לוחשת בלחש לחישה משתעל משתעלת שיעול ' +
    'מהנהן מהנהנת בוכה מגחך מגחכת מצחקק מצחקקת מכחכח מכחכחת נושם נושמת נשימה מהסס מהססת שותק שותקת ממתין ממתינה ' +
    'מקליד מקלידה הקלדה מוזיקה מתרגש מתרגשת קורץ קורצת'
  ).split(' '),
);
const PHRASE =
  /^(?:tone|voice|style|emotion|sfx|sound|music|טון)\s*:|^(?:takes?|taking|deep|a deep) (?:a )?(?:deep )?breath|^(?:with|in) an? .{1,24}(?:smile|voice|tone|laugh)$/;
const MOST_WORDS = 5;

/** Whether the words between brackets or stars direct the voice. Anything with a figure in it is meant to be said. */
export function isStageDirection(content: string): boolean {
  const plain = content.trim().toLowerCase();
  if (plain.length > 60 || /\p{N}/u.test(plain)) return false;
  if (PHRASE.test(plain)) return true;
  const words = plain.match(/[\p{L}'-]+/gu) ?? [];
  if (words.length === 0 || words.length > MOST_WORDS) return false;
  return DEEDS.has(words[0]!) || DEEDS.has(words.at(-1)!);
}
