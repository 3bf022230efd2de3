/** What a process of this deployment reaches of its calls: folders of its data directory, the bucket, Twilio. */
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { AfterCallsOptions } from '../jobs/after-calls.ts';
import { realDisk } from '../ledger/disk/real-disk.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import { erasureKeyOf, hasBucket, openObjects, twilioAuthorization } from './after-calls-settings.ts';
import { JOURNALS_FOLDER, LEDGERS_FOLDER, OBJECTS_FOLDER, SPOOL_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';

export type Reach = Pick<
  AfterCallsOptions,
  'objects' | 'fetcher' | 'authorizationOf' | 'erasureKey' | 'folders' | 'leavings'
>;

export async function reachOf(environment: Environment, clock: Clock): Promise<Reach> {
  const [{ MEDIA_LIMITS }, { TWILIO_MEDIA }] = await Promise.all([
    import('../jobs/recording/fetch-media.ts'),
    import('../jobs/recording/media-source.ts'),
  ]);
  const inData = (folder: string): string => path.resolve(environment.KAV_DATA_DIR, folder);
  return {
    objects: await openObjects(environment, clock),
    fetcher: { source: TWILIO_MEDIA, limits: MEDIA_LIMITS, clock },
    authorizationOf: twilioAuthorization(environment),
    erasureKey: await erasureKeyOf(environment),
    folders: {
      spool: inData(SPOOL_FOLDER),
      words: [inData(JOURNALS_FOLDER)],
      recordings: [inData(RECORDINGS_FOLDER)],
      objects: hasBucket(environment) ? undefined : inData(OBJECTS_FOLDER),
    },
    leavings: { disk: realDisk, ledgers: inData(LEDGERS_FOLDER) },
  };
}
