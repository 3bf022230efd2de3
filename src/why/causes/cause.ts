/** What can have gone wrong in a call, by the class of fault that it belongs to. */

/** Classes: C carrier, W media socket, R audio, T turn-taking, S recogniser, L model, V voice, O tools, P process. */
export const CAUSES = {
  'own-bug': {
    fault: 'P1',
    title: "a fault of Kav's own",
    remedy: 'Report it with this journal; the log has CALL_BUG.',
  },
  'stream-error': { fault: 'C18', title: 'Twilio reported a stream-error', remedy: '`kav explain` has the code.' },
  'socket-lost': {
    fault: 'W2',
    title: 'the media socket was lost',
    remedy: 'Look at proxies and their idle time-outs.',
  },
  'carrier-silent': { fault: 'R1', title: 'the carrier sent no audio', remedy: 'Look at the carrier and the network.' },
  'lost-audio': {
    fault: 'R2',
    title: 'audio of the caller was lost',
    remedy: 'Look at the network between Twilio and here.',
  },
  stall: { fault: 'R8', title: 'the process was stalled', remedy: 'Look at the load of this machine.' },
  echo: {
    fault: 'R3',
    title: "the agent's own voice came back",
    remedy: 'A speakerphone; raise VAD_RMS if it is frequent.',
  },
  'no-person': {
    fault: 'R5',
    title: 'nobody was there but a machine',
    remedy: 'Nothing to do: the call was ended politely.',
  },
  recogniser: {
    fault: 'S4',
    title: 'the recogniser failed or was slow',
    remedy: 'Look at the vendor, or name a second one.',
  },
  model: { fault: 'L1', title: 'the model failed or was slow', remedy: 'Look at the vendor, or name a second one.' },
  voice: { fault: 'V1', title: 'the voice failed or was slow', remedy: 'Look at the vendor, or name a second one.' },
  'tool-failed': { fault: 'O4', title: 'a tool failed', remedy: 'The log has TOOL_END with the error.' },
  'tool-slow': { fault: 'O3', title: 'a tool was slow', remedy: 'Look at what the tool waits for.' },
  'early-answer': {
    fault: 'T6',
    title: 'the agent answered before the caller was through',
    remedy: '`kav tune` on a week of calls; raise EOU_MS.',
  },
  'late-answer': {
    fault: 'T8',
    title: 'the end of the turn was recognised late',
    remedy: '`kav tune` on a week of calls; lower EOU_MS.',
  },
  'double-reply': {
    fault: 'T7',
    title: 'the same words were answered twice',
    remedy: 'Look at the recogniser; raise DEDUP_WINDOW_SEC.',
  },
  'missed-words': { fault: 'T8', title: 'words of the caller were not answered', remedy: '`kav why` shows the turn.' },
  'not-understood': { fault: 'T8', title: 'speech without words', remedy: 'Look at the recogniser and its language.' },
  'false-barge-in': {
    fault: 'T5',
    title: 'the agent fell silent for nothing',
    remedy: 'Raise VAD_RMS, or use KAV_VAD=silero.',
  },
  'talk-over': {
    fault: 'T1',
    title: 'the agent talked over the caller',
    remedy: '`kav why` shows what it waited for.',
  },
  'caller-silent': { fault: 'T10', title: 'the caller said nothing', remedy: 'A muted phone, or VAD_RMS is too high.' },
  'dead-air': {
    fault: 'T8',
    title: 'the line was silent, and nothing in the journal tells why',
    remedy: '`kav why` shows the turn.',
  },
} as const;

export type CauseName = keyof typeof CAUSES;

/** `ended`: the call was lost by it. `felt`: the caller waited, was cut, or was not heard. `blemish`: hardly noticed. */
export type Level = 'ended' | 'felt' | 'blemish';

export interface Finding {
  readonly cause: CauseName;
  readonly level: Level;
  /** What it cost the caller, in all. */
  readonly harmMs: number;
  readonly evidence: readonly Evidence[];
  /** Which vendor or tool, where it is one. */
  readonly who?: string;
}

export interface Evidence {
  readonly at: number;
  readonly turn?: number;
  readonly text: string;
}

/** One finding of all evidence for a cause, or none. */
export function finding(
  cause: CauseName,
  level: Level,
  evidence: readonly Evidence[],
  { harmMs = 0, who }: { readonly harmMs?: number; readonly who?: string } = {},
): readonly Finding[] {
  if (evidence.length === 0) return [];
  return [{ cause, level, harmMs: Math.round(harmMs), evidence, ...(who === undefined ? {} : { who }) }];
}
