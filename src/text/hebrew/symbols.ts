/** Signs that are said as words, once the numbers beside them have been read. */
const PER = /(?<=(?:שקלים|שקל|דולר|דולרים|אירו|קילומטר|קילומטרים|מטר) ?)\/ ?(?=[א-ת])/g;

export function readSymbols(text: string): string {
  return text
    .replace(/(?<![א-ת])ו\/או(?![א-ת])/g, 'או')
    .replace(PER, ' ל')
    .replace(/(?<=[א-ת]) ?× ?(?=[א-ת])/g, ' על ')
    .replace(/(?<=[א-ת]) ?& ?(?=[א-ת])/g, ' ו')
    .replace(/(?<=[א-ת'׳]) ?\/ ?(?=[א-ת])/g, ' או ')
    .replace(/(?<![A-Za-z+]) ?\+(?=[\s.,!?)]|$)/g, ' פלוס')
    .replace(/(?<![A-Za-z]) ?\+ ?(?=[א-ת])/g, ' פלוס ')
    .replace(/ ?= ?(?=[א-ת])/g, ' שווה ')
    .replace(/~ ?(?=[א-ת])/g, 'בערך ')
    .replace(/#(?![\p{L}\d])/gu, 'סולמית')
    .replace(/(?<![\p{L}\d])\*(?![\p{L}\d*])/gu, 'כוכבית')
    .replace(/(?<![\p{L}\d])@(?![\p{L}\d])/gu, 'שטרודל')
    .replace(/(?<= |^)%(?= |$)/g, 'אחוז')
    .replace(/(?<= |^)₪(?= |$)/g, 'שקלים')
    .replace(/ {2,}/g, ' ')
    .trim();
}
