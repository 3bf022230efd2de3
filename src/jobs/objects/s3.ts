/**
 * Objects in a bucket that speaks S3, addressed by path (`https://endpoint/bucket/key`), as AWS and its likes all
 * understand. Requests are signed with AWS Signature Version 4 and carry the digest of the body, so that the service
 * refuses a body that was damaged on the way.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
 */
import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import type { Clock } from '../../core/clock.ts';
import { BucketFault } from './bucket-fault.ts';
import type { ObjectKey, ObjectStore } from './object-store.ts';
import { parseListing } from './s3-listing.ts';

export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly clock: Clock;
}

/** From the request to the head of the answer; an upload has more, for its length. */
const ANSWER_MS = 20_000;
/** The slowest line that is put up with: 64 KiB/s. */
const SLOWEST_BYTES_PER_MS = 65;
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Ask {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly key?: ObjectKey;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob;
  readonly signal?: AbortSignal;
}

export function createS3Objects(options: S3Options): ObjectStore {
  const ask = createAsk(options);
  return {
    name: 's3',
    async put(key, file, about, signal) {
      const body = await openAsBlob(file, { type: about.contentType });
      const headers = { 'x-amz-content-sha256': about.sha256, 'content-type': about.contentType };
      await settle(await ask({ method: 'PUT', key, body, headers, signal }), 'put');
      await rm(file, { force: true });
    },
    async read(key, range) {
      const headers = range ? { range: `bytes=${range.from}-${range.to}` } : {};
      const answer = await ask({ method: 'GET', key, headers });
      if (answer.status === 404) return settle(answer).then(() => undefined);
      if (!answer.ok || !answer.body) throw await refusalOf(answer, 'read');
      return Readable.fromWeb(answer.body as ReadableStream);
    },
    async size(key) {
      const answer = await ask({ method: 'HEAD', key });
      if (answer.status === 404) return undefined;
      if (!answer.ok) throw await refusalOf(answer, 'size');
      return Number(answer.headers.get('content-length'));
    },
    async *list(prefix) {
      let token: string | undefined;
      do {
        const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) };
        const answer = await ask({ method: 'GET', query });
        if (!answer.ok) throw await refusalOf(answer, 'list');
        const page = parseListing(await answer.text());
        yield* page.keys;
        token = page.next;
      } while (token !== undefined);
    },
    async remove(key) {
      const head = await ask({ method: 'HEAD', key });
      if (head.status === 404) return false;
      await settle(await ask({ method: 'DELETE', key }), 'remove');
      return true;
    },
    close: async () => {},
  };
}

/** Resolves with whatever the service answers. Throws `BucketFault` when it does not, or the signal's reason. */
function createAsk({ clock, ...options }: S3Options): (ask: Ask) => Promise<Response> {
  const { accessKeyId, secretAccessKey, region, bucket } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const base = `${options.endpoint.replace(/\/+$/, '')}/${bucket}`;
  return async ({ method, key, query, headers, body, signal }) => {
    signal?.throwIfAborted();
    const line = new AbortController();
    const waitMs = ANSWER_MS + (body?.size ?? 0) / SLOWEST_BYTES_PER_MS;
    const disarm = clock.at(clock.now() + waitMs, () =>
      line.abort(new BucketFault('the bucket did not answer in time')),
    );
    const until = signal ? AbortSignal.any([signal, line.signal]) : line.signal;
    const url = `${base}${key === undefined ? '' : `/${key}`}${query ? `?${new URLSearchParams(query)}` : ''}`;
    try {
      const request = await client.sign(url, {
        method,
        headers: { 'x-amz-content-sha256': EMPTY_SHA256, ...headers },
        ...(body ? { body } : {}),
      });
      return await fetch(request, { signal: until, redirect: 'error' });
    } catch (error) {
      if (until.aborted) throw until.reason;
      throw new BucketFault('the bucket cannot be reached', { cause: error });
    } finally {
      disarm();
    }
  };
}

/** Reads the answer to its end, so that its connection is free again. */
async function settle(answer: Response, what?: string): Promise<void> {
  if (what !== undefined && !answer.ok) throw await refusalOf(answer, what);
  await answer.arrayBuffer();
}

async function refusalOf(answer: Response, what: string): Promise<BucketFault> {
  const text = await answer.text();
  const word = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text)?.[1];
  const { status } = answer;
  return new BucketFault(`the bucket refused to ${what}: ${word ?? status}`, { status });
}
