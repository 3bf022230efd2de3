/** What is evaluated, and how fast the providers around it are. */

export interface EvalSettings {
  /** How the table names it. */
  readonly name: string;
  /** Kav's environment: `EOU_MS`, `BARGE_IN`, and whatever else `docs/environment.md` lists. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly delays: ProviderDelays;
}

export interface ProviderDelays {
  /** From the end of a word to the partial that has it. */
  readonly sttPartialMs: number;
  /** From the end of a stretch of speech to its final. */
  readonly sttFinalMs: number;
  /** From the request to the first words. */
  readonly brainMs: number;
  /** From a sentence to its first audio. */
  readonly voiceMs: number;
}

export const DEFAULT_DELAYS: ProviderDelays = { sttPartialMs: 150, sttFinalMs: 250, brainMs: 150, voiceMs: 100 };
