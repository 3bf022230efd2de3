export interface Speech {
  readonly text: string;
  readonly voice: string;
  readonly language: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * One sentence as a document of SSML 1.1, whatever is in it: markup is spoken, not obeyed.
 * https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure
 */
export function serializeSsml({ text, voice, language }: Speech): string {
  return (
    `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${escapeXml(language)}">` +
    `<voice name="${escapeXml(voice)}">${escapeXml(text)}</voice></speak>`
  );
}

/** Characters that XML 1.0 (section 2.2) does not allow, lone surrogates among them, become spaces. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ' ')
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
