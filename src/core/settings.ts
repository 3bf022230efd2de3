/** How a call behaves, decided before it starts and written at the head of its journal. All times in milliseconds. */
export interface CallSettings {
  /** Silence that ends the caller's turn (`EOU_MS`): the middle of what is judged by `rules`, or the same for all. */
  readonly endpointingMs: number;
  /** `rules`: the words decide how long a pause must be (`KAV_ENDPOINTING`). */
  readonly endpointing: 'rules' | 'fixed';
  /** Whether the caller may take the floor while the agent speaks (`BARGE_IN`). */
  readonly bargeIn: boolean;
  /** Caller speech that is more than a noise, in the VAD's count of frames with speech. */
  readonly sustainMs: number;
  /** Caller speech, counted so, that makes a speaking agent fall silent and listen. */
  readonly bargeInMs: number;
  /** The same where a word or two of courtesy is likely: over the greeting, and once the agent fell silent for nothing. */
  readonly bargeInPatientMs: number;
  /** Caller speech over the agent that takes the floor even before a word of it is understood. */
  readonly bargeInCertainMs: number;
  /** Silence after speech over the agent, before the agent goes on if no words came. */
  readonly resumeAfterMs: number;
  /** Whether pressed keys stop the agent, where the question that is asked does not say. Left out: they do not. */
  readonly keysInterrupt?: boolean;
  /** The first moments of a reply in which nothing interrupts it. */
  readonly bargeInGraceMs: number;
  /** A repeated transcript is the same transcript for this long (`DEDUP_WINDOW_SEC`). */
  readonly dedupWindowMs: number;
  /** Longest wait for the words of an utterance that has ended. */
  readonly transcriptWaitMs: number;
  /** Silence before "I did not hear you": a radio has shorter ones. */
  readonly unheardWaitMs: number;
  /** Nothing new is understood for so long, although somebody speaks: it is not the caller who speaks. */
  readonly wordlessMs: number;
  /** Speech that long without words deserves "I did not hear you"; shorter is a noise. */
  readonly unheardSpeechMs: number;
  /** Pause that ends a row of pressed keys. */
  readonly digitGapMs: number;
  /** Caller silence before a re-prompt. */
  readonly noInputMs: number;
  /** Re-prompts before the goodbye. */
  readonly noInputPrompts: number;
  /** A turn with words that lasts longer is cut in on at its next small pause. Left out: none is. */
  readonly longTurnMs?: number;
  /** How long such a pause is waited for. */
  readonly longTurnGraceMs?: number;
  /**
   * Sound without a word for so long is asked about, and after half as long again the call ends; machines that speak are
   * asked, too. Left out: nobody is suspected.
   */
  readonly noPersonMs?: number;
  /** Turns of what only machines say before a person is asked for; 1 where it is left out. */
  readonly machinePhrases?: number;
  /** Whether an answer is begun before the caller's turn is surely over (`SPECULATIVE_REPLY`). */
  readonly speculative: boolean;
  /** Silence of an answer before its first filler: a filler is already spoken, so that it costs no time of its own. */
  readonly firstFillerMs: number;
  /** Silence, while a tool runs, before its first filler. */
  readonly toolFillerMs: number;
  /** Silence, while the agent owes a reply, before any other filler. With the voice's own 1 s it stays under 5 s. */
  readonly deadAirMs: number;
  /** Fillers in one reply before Kav gives the reply up. */
  readonly fillersPerReply: number;
  /** Longest wait for the first sound of a reply's own words. */
  readonly thinkingMs: number;
  /** Entries of the history that are not summarised before the older half of them should be. */
  readonly summariseAfterTurns: number;
  /** Audio that Twilio holds ahead of the caller's ear (`PLAYOUT_LEAD_MS`). */
  readonly playoutLeadMs: number;
  /** Distance of marks inside a sentence. */
  readonly markEveryMs: number;
  /** How long after the last frame the terminal mark may stay away before it is taken as played. */
  readonly markWaitMs: number;
  /** Longest call. */
  readonly maxCallMs: number;
  /** How long the last line of an expired call may take. */
  readonly farewellMs: number;
  /** How long the peer may take to answer our close. */
  readonly closeWaitMs: number;
}

export const defaultSettings: CallSettings = {
  endpointingMs: 450,
  endpointing: 'rules',
  bargeIn: true,
  sustainMs: 120,
  bargeInMs: 160,
  bargeInPatientMs: 360,
  bargeInCertainMs: 1_100,
  resumeAfterMs: 900,
  bargeInGraceMs: 200,
  dedupWindowMs: 8_000,
  transcriptWaitMs: 2_500,
  unheardWaitMs: 1_500,
  wordlessMs: 1_500,
  unheardSpeechMs: 700,
  digitGapMs: 1_500,
  noInputMs: 7_000,
  noInputPrompts: 2,
  longTurnMs: 90_000,
  longTurnGraceMs: 20_000,
  noPersonMs: 60_000,
  machinePhrases: 3,
  speculative: true,
  firstFillerMs: 1_900,
  toolFillerMs: 1_500,
  deadAirMs: 3_500,
  fillersPerReply: 2,
  thinkingMs: 12_000,
  summariseAfterTurns: 40,
  playoutLeadMs: 200,
  markEveryMs: 400,
  markWaitMs: 2_000,
  maxCallMs: 30 * 60_000,
  farewellMs: 10_000,
  closeWaitMs: 2_000,
};
