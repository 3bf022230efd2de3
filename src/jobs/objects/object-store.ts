/**
 * Where recordings rest: one contract, kept by a folder of this machine and by a bucket that speaks S3. Both pass
 * `conformance.ts`.
 */
import type { Readable } from 'node:stream';
import { StateError } from '../../core/errors.ts';

/** `tenant/CA…/name.wav`: made of identifiers only, so that no key can lead out of the store or tell who called. */
export type ObjectKey = string & { readonly __key: true };

export interface ObjectAbout {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly contentType: string;
}

export interface ByteRange {
  readonly from: number;
  /** The last byte, included. */
  readonly to: number;
}

export interface ObjectStore {
  readonly name: 'disk' | 's3';
  /**
   * Takes the file over: afterwards it may be gone. Resolves when the object is durable; until then a reader sees the
   * object of before, or none, never a part. `about` must be true of the file.
   */
  put(key: ObjectKey, file: string, about: ObjectAbout, signal: AbortSignal): Promise<void>;
  /** The bytes; undefined when there is no such object. The reader destroys the stream when it leaves early. */
  read(key: ObjectKey, range?: ByteRange): Promise<Readable | undefined>;
  /** How many bytes it has; undefined when there is no such object. */
  size(key: ObjectKey): Promise<number | undefined>;
  /** The keys that begin with `prefix`, which ends with `/`. In no order that may be relied on. */
  list(prefix: string): AsyncIterable<ObjectKey>;
  /** Whether there was one. */
  remove(key: ObjectKey): Promise<boolean>;
  close(): Promise<void>;
}

const PART = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/;

/** Throws `StateError` when a part is anything but letters, digits, `_`, `-` and dots that it does not begin with. */
export function objectKey(...parts: readonly string[]): ObjectKey {
  const wrong = parts.length < 2 || parts.length > 6 || parts.some((part) => !PART.test(part));
  if (wrong) throw new StateError('an object key has a part that is no identifier');
  return parts.join('/') as ObjectKey;
}

/** The key that a stored row or a listing names; undefined when it is none. */
export function parseObjectKey(text: string): ObjectKey | undefined {
  const parts = text.split('/');
  const isKey = parts.length >= 2 && parts.length <= 6 && parts.every((part) => PART.test(part));
  return isKey ? (text as ObjectKey) : undefined;
}
