import { type Resolve, resolveBySystem } from './guarded-lookup.ts';
import { isMediaHost } from './media-url.ts';
import { isPublicAddress } from './public-address.ts';

/** Where media may come from. Made by code alone, never from the environment, so that no setting can widen it. */
export interface MediaSource {
  readonly isHost: (host: string) => boolean;
  readonly isAddress: (address: string) => boolean;
  readonly resolve: Resolve;
  readonly port: number;
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
}

/** Twilio's own hosts, on addresses of the open internet. */
export const TWILIO_MEDIA: MediaSource = {
  isHost: isMediaHost,
  isAddress: isPublicAddress,
  resolve: resolveBySystem,
  port: 443,
};
