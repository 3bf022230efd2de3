import type { CarrierCopy } from '../../store/schema.ts';
import { deleteMedia } from '../recording/delete-media.ts';
import type { MediaFetcher } from '../recording/fetch-media.ts';
import { mediaUrl } from '../recording/media-url.ts';
import { refused } from '../work-result.ts';
import type { EraseOptions } from './erase-person.ts';

export interface CarrierAccess {
  readonly fetcher: MediaFetcher;
  /** The header `Authorization` for an account of Twilio's; undefined when this server has no password of it. */
  readonly authorizationOf: (accountSid: string) => string | undefined;
}

/** Has Twilio delete one of its recordings. */
export async function deleteCopy(
  { authorizationOf, fetcher }: CarrierAccess,
  { accountSid, recordingSid, url }: CarrierCopy,
  signal: AbortSignal,
): ReturnType<EraseOptions['deleteAtCarrier']> {
  const address = mediaUrl({ accountSid, recordingSid, claimed: url ?? undefined });
  if (!address.ok) return refused(address.problem);
  const authorization = authorizationOf(accountSid);
  if (authorization === undefined) return refused('there is no password for the account of the call');
  const path = address.path.replace(/\.wav$/, '.json');
  return await deleteMedia(fetcher, { host: address.host, path, authorization }, signal);
}
