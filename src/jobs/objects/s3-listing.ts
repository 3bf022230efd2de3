/** One page of ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import { SaxesParser } from 'saxes';
import { BucketFault } from './bucket-fault.ts';
import { type ObjectKey, parseObjectKey } from './object-store.ts';

export interface Listing {
  /** Keys of Kav's own; whatever else lies in the bucket is passed over. */
  readonly keys: readonly ObjectKey[];
  readonly next?: string;
}

/** Throws `BucketFault` when it is not a whole document. */
export function parseListing(xml: string): Listing {
  const keys: ObjectKey[] = [];
  const path: string[] = [];
  let text = '';
  let next: string | undefined;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new BucketFault('the bucket answered with a broken listing', { cause: error });
  });
  parser.on('opentag', ({ name }) => {
    path.push(name);
    text = '';
  });
  parser.on('text', (piece) => {
    text += piece;
  });
  parser.on('closetag', () => {
    const place = path.join('/');
    if (place === 'ListBucketResult/Contents/Key') {
      const key = parseObjectKey(text);
      if (key !== undefined) keys.push(key);
    } else if (place === 'ListBucketResult/NextContinuationToken') next = text;
    path.pop();
  });
  parser.write(xml).close();
  return next === undefined ? { keys } : { keys, next };
}
