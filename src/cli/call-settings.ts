import { ConfigError } from '../core/errors.ts';
import { type CallSettings, defaultSettings } from '../core/settings.ts';
import type { LoadedModel, LoadingOptions } from '../endpointing-model/endpointing-model.ts';
import type { DetectorFactory } from '../vad/detector.ts';
import type { Environment } from './environment.ts';

/** How calls behave, as the environment wants it; an agent's limits come on top. */
export function callSettingsOf(environment: Environment): CallSettings {
  const { longTurnMs: _, noPersonMs: __, ...defaults } = defaultSettings;
  const { LONG_TURN_SEC, NO_PERSON_SEC } = environment;
  return {
    ...defaults,
    endpointingMs: environment.EOU_MS,
    endpointing: environment.KAV_ENDPOINTING,
    bargeIn: environment.BARGE_IN,
    bargeInMs: environment.BARGE_IN_MS,
    bargeInCertainMs: environment.BARGE_IN_CERTAIN_MS,
    resumeAfterMs: environment.RESUME_AFTER_MS,
    ...(LONG_TURN_SEC === 0 ? {} : { longTurnMs: LONG_TURN_SEC * 1000 }),
    ...(NO_PERSON_SEC === 0 ? {} : { noPersonMs: NO_PERSON_SEC * 1000 }),
    speculative: environment.SPECULATIVE_REPLY,
    dedupWindowMs: environment.DEDUP_WINDOW_SEC * 1000,
    playoutLeadMs: environment.PLAYOUT_LEAD_MS,
  };
}

/** The speech detectors that `KAV_VAD` names. */
export async function loadDetectors(kind: Environment['KAV_VAD']): Promise<DetectorFactory> {
  if (kind === 'rms') return (await import('../vad/energy-detector.ts')).createEnergyDetectors();
  return (await import('../vad/silero-detector.ts')).createSileroDetectors();
}

/** The model of `KAV_ENDPOINTING_MODEL`; nothing of it is loaded when that is not set. Throws `ConfigError`. */
export async function loadEndpointingModel(
  { KAV_ENDPOINTING: kind, KAV_ENDPOINTING_MODEL: path }: Environment,
  context: Omit<LoadingOptions, 'path'>,
): Promise<LoadedModel | undefined> {
  if (path === undefined) return undefined;
  if (kind === 'fixed') {
    const remedy = 'Unset one of the two.';
    throw new ConfigError('KAV_ENDPOINTING_MODEL', 'is of no use with KAV_ENDPOINTING=fixed', remedy);
  }
  const { openEndpointingModel } = await import('../endpointing-model/endpointing-model.ts');
  return openEndpointingModel({ path, ...context });
}
