import { ConfigError } from '../../core/errors.ts';

/** Families of voices that Kav names a default of; any other voice is named in full by the agent. */
export const VOICE_FAMILIES = ['Chirp3-HD', 'Neural2', 'Wavenet', 'Standard'] as const;
export type VoiceFamily = (typeof VOICE_FAMILIES)[number];

export interface VoiceMode {
  /** Whose voice speaks when the agent names none. */
  readonly family: VoiceFamily;
  /** One answer for the whole sentence, also from voices that could stream. */
  readonly unary: boolean;
}

/**
 * What follows the colon: `google:Wavenet` is a family, `google:unary` the usual family without streaming.
 * Throws `ConfigError` for anything else.
 */
export function parseVoiceMode(model: string | undefined): VoiceMode {
  const wanted = model?.trim().toLowerCase() ?? '';
  if (wanted === '') return { family: 'Chirp3-HD', unary: false };
  if (wanted === 'unary') return { family: 'Chirp3-HD', unary: true };
  const family = VOICE_FAMILIES.find((name) => name.toLowerCase() === wanted);
  if (family) return { family, unary: false };
  throw new ConfigError(
    `google:${model}`,
    `"${model}" is neither a voice family nor a mode of Google Text-to-Speech`,
    `Use google, google:unary or one of ${VOICE_FAMILIES.map((name) => `google:${name}`).join(', ')}; a single voice is named by the agent's \`voice\`.`,
  );
}
