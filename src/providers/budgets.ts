/** How long a provider may take before it counts as failed, in milliseconds: the time budgets of a call. */
export const BUDGETS = {
  /** From `open` of a recogniser to a connection that takes audio. */
  sttConnectMs: 1_000,
  /** Speech without a word from the recogniser: its socket is open but mute. */
  sttMuteMs: 3_000,
  /** From the end of speech to its words; then the partial serves. */
  sttFinalMs: 1_000,
  brainFirstTokenMs: 3_000,
  brainBetweenTokensMs: 2_000,
  brainTotalMs: 20_000,
  ttsFirstByteMs: 1_000,
  ttsIdleMs: 2_000,
  /** How long a provider's session may take to close before it is cut off. */
  closeMs: 1_000,
} as const;
