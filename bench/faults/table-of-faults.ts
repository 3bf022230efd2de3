import type { Fault } from './fault.ts';
import { GOOD_CALLS } from './good-calls.ts';
import { MODEL_FAULTS } from './model-faults.ts';
import { RECOGNISER_FAULTS } from './recogniser-faults.ts';
import { VOICE_FAULTS } from './voice-faults.ts';

export const FAULTS: readonly Fault[] = [...MODEL_FAULTS, ...RECOGNISER_FAULTS, ...VOICE_FAULTS, ...GOOD_CALLS];
