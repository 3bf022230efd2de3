import type { Check } from '../check.ts';
import { roundTrip } from './round-trip.ts';

/** Whether the very vendors of the agent answer, and how fast. */
export const providers: Check = {
  name: 'providers',
  area: 'vendors',
  title: 'Do the vendors answer?',
  needs: [],
  // Local engines take the whole process for themselves.
  after: ['health', 'repeat', 'signature', 'doors', 'callbacks'],
  budgetMs: 45_000,
  async run(probe) {
    const { deployment } = probe;
    return deployment ? (await roundTrip(probe, deployment)).findings : [];
  },
};
