/** The job behind `POST /webhook/recording_done`: Twilio's recording, brought home once. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type CarrierRecording,
  noteStoredRecording,
  type RecordingName,
  readCarrierRecording,
} from '../../store/after-calls/recordings.ts';
import type { Db } from '../../store/schema.ts';
import { type ObjectStore, objectKey } from '../objects/object-store.ts';
import { refused, retry, type WorkResult } from '../work-result.ts';
import { fetchMedia, type MediaFetcher } from './fetch-media.ts';
import { mediaUrl } from './media-url.ts';

export interface DownloadOptions {
  readonly db: Db;
  readonly objects: ObjectStore;
  readonly fetcher: MediaFetcher;
  /** Where half a recording lies; on the same file system as the objects it costs no copy. */
  readonly spool: string;
  /** The header for an account; undefined when this server has no password of it. */
  readonly authorizationOf: (accountSid: string) => string | undefined;
}

export async function downloadRecording(
  options: DownloadOptions,
  name: RecordingName,
  signal: AbortSignal,
): Promise<WorkResult> {
  const recording = await readCarrierRecording(options.db, name);
  if (recording === undefined) return { status: 'done', note: 'no such recording' };
  if (recording.isStored) return { status: 'done', note: 'is here already' };
  if (recording.status !== 'completed') return { status: 'done', note: 'Twilio has none' };
  // The fact of the recording may have come before that of the call.
  if (recording.accountSid === undefined) return retry('the account of the call is not known yet');
  return await download(options, name, { ...recording, accountSid: recording.accountSid }, signal);
}

async function download(
  options: DownloadOptions,
  name: RecordingName,
  { accountSid, url: claimed }: CarrierRecording & { readonly accountSid: string },
  signal: AbortSignal,
): Promise<WorkResult> {
  const url = mediaUrl({ accountSid, recordingSid: name.recordingId, claimed });
  if (!url.ok) return refused(url.problem);
  const authorization = options.authorizationOf(accountSid);
  if (authorization === undefined) return refused('there is no password for the account of the call');
  await mkdir(options.spool, { recursive: true, mode: 0o700 });
  const file = path.join(options.spool, `${name.callSid}-${name.recordingId}.part`);
  await rm(file, { force: true }); // as a crash left it
  try {
    const { host, path: resource } = url;
    const media = await fetchMedia(options.fetcher, { host, path: resource, authorization, file }, signal);
    if (media.status !== 'fetched') return media;
    const key = objectKey(name.tenant, name.callSid, `${name.recordingId}.wav`);
    await options.objects.put(key, file, media, signal);
    const { bytes, sha256, contentType } = media;
    const isKept = await noteStoredRecording(options.db, name, { objectKey: key, contentType, bytes, sha256 });
    if (isKept) return { status: 'done' };
    await options.objects.remove(key);
    return { status: 'done', note: 'was erased meanwhile' };
  } finally {
    await rm(file, { force: true });
  }
}
