/** What all calls of a run share: Kav as its environment wants it, made as the server makes it. */

import { callSettingsOf, loadDetectors } from '../../src/cli/call-settings.ts';
import { parseEnvironment } from '../../src/cli/config.ts';
import type { CallSettings } from '../../src/core/settings.ts';
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts';
import type { DetectorFactory } from '../../src/vad/detector.ts';
import type { EvalSettings, ProviderDelays } from './settings.ts';

export interface SharedParts {
  readonly callSettings: CallSettings;
  readonly vadRms: number;
  readonly detectors: DetectorFactory;
  readonly delays: ProviderDelays;
  readonly metrics: Metrics;
  close(): void;
}

/** Throws `ConfigError` for a wrong environment. */
export async function openSharedParts({ delays, env }: EvalSettings): Promise<SharedParts> {
  const environment = parseEnvironment(env);
  const detectors = await loadDetectors(environment.KAV_VAD);
  const metrics = createMetrics();
  return {
    // The recordings have long silences in which nobody is to be asked whether he is there.
    callSettings: { ...callSettingsOf(environment), noInputMs: 120_000 },
    vadRms: environment.VAD_RMS,
    detectors,
    delays,
    metrics,
    close: () => metrics.close(),
  };
}
