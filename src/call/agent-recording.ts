import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConsentLine } from '../core/fact.ts';
import { fault, strictShape, textShape } from '../providers/flow/fault.ts';

/** How an agent's calls are recorded; without it they are not. */
export interface AgentRecording {
  /** Said to the caller, whole, before anything is kept: that the call is recorded, and what for. */
  readonly consent: string;
  /** A crash loses so much at most, 2 to 60. Default 10. */
  readonly segmentSeconds?: number;
}

const DEFAULT_SEGMENT_SECONDS = 10;
const SECONDS = fault('must be a whole number from 2 to 60', 'Choose one, or leave it out.');

export const recordingShape = strictShape({
  consent: textShape('Give the line that tells the caller, for example "This call is recorded for quality."'),
  segmentSeconds: z.int({ error: SECONDS }).min(2, { error: SECONDS }).max(60, { error: SECONDS }).optional(),
});

/** With its version: whoever changes the line must be able to say who heard which. */
export function consentLineOf({ consent }: Pick<AgentRecording, 'consent'>): ConsentLine {
  return { text: consent, sha256: createHash('sha256').update(consent).digest('hex') };
}

export const wholeRecording = (recording: AgentRecording): Required<AgentRecording> => ({
  segmentSeconds: DEFAULT_SEGMENT_SECONDS,
  ...recording,
});
