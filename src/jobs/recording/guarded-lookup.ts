/**
 * Name resolution that refuses addresses. The connection is made to the very addresses that were judged here, so a name
 * that resolves differently a moment later (DNS rebinding) gains nothing.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** One answer that is not allowed refuses them all: an honest name has none. */
export function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const refused = addresses.length === 0 || addresses.some(({ address }) => !isAllowed(address));
        if (refused) return callback(new AddressRefused(), '', 0);
        if (options.all) return callback(null, [...addresses]);
        const [first] = addresses;
        return callback(null, first!.address, first!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

/** The host's name leads to an address that must not be connected to. */
export class AddressRefused extends Error {
  constructor() {
    super('the name of the host leads to no public address');
  }
}

export const resolveBySystem: Resolve = (host) =>
  new Promise((done, fail) => {
    systemLookup(host, { all: true }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });
