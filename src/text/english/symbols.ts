/** Signs that are said as words, once the numbers beside them have been read. */
const PER = /(?<=(?:dollars?|euros?|pounds?|shekels?|meters?|metres?|feet) ?)\/ ?(?=[a-z])/g;

export function readSymbols(text: string): string {
  return text
    .replace(PER, ' per ')
    .replace(/(?<!\p{L})and\/or(?!\p{L})/giu, 'and or')
    .replace(/ [&] /g, ' and ')
    .replace(/(?<=[a-z]) ?× ?(?=[a-z])/g, ' by ')
    .replace(/(?<=\p{Ll}{2}) ?\/ ?(?=\p{Ll})/gu, ' or ')
    .replace(/ ?\+(?=[\s.,!?)]|$)/g, ' plus')
    .replace(/ ?\+ ?(?=[a-z])/g, ' plus ')
    .replace(/ ?= ?(?=[a-z])/g, ' equals ')
    .replace(/~ ?(?=[a-z])/g, 'about ')
    .replace(/#(?![\p{L}\d])/gu, 'pound')
    .replace(/(?<![\p{L}\d])\*(?![\p{L}\d*])/gu, 'star')
    .replace(/(?<![\p{L}\d])@(?![\p{L}\d])/gu, 'at')
    .replace(/(?<= |^)%(?= |$)/g, 'percent')
    .replace(/ {2,}/g, ' ')
    .trim();
}
