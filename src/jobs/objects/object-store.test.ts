/** One suite for the folder and for the bucket, which is a real S3 server that checks every signature. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { createDiskObjects } from './disk.ts';
import { type ObjectKey, type ObjectStore, objectKey, parseObjectKey } from './object-store.ts';
import { createS3Objects, type S3Options } from './s3.ts';

const never = new AbortController().signal;
const scratch = await mkdtemp(path.join(tmpdir(), 'kav-objects-'));
afterAll(() => rm(scratch, { recursive: true }));

let made = 0;
async function fileOf(content: Buffer): Promise<string> {
  const file = path.join(scratch, `source-${made++}`);
  await writeFile(file, content);
  return file;
}

const aboutOf = (content: Buffer) => ({
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  contentType: 'audio/wav',
});

async function putBytes(store: ObjectStore, key: ObjectKey, content: Buffer): Promise<string> {
  const file = await fileOf(content);
  await store.put(key, file, aboutOf(content), never);
  return file;
}

async function keysOf(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
}

const bytesOf = (stream: Readable | undefined): Promise<Buffer> => buffer(stream!);

function conformance(open: () => ObjectStore): void {
  const key = (name: string) => objectKey('default', 'CA1', name);

  test('gives back what was put, whole and in part', async () => {
    const store = open();
    const content = Buffer.from('RIFF 0123456789');
    const file = await putBytes(store, key('whole.wav'), content);
    expect(await bytesOf(await store.read(key('whole.wav')))).toEqual(content);
    expect(String(await bytesOf(await store.read(key('whole.wav'), { from: 5, to: 8 })))).toBe('0123');
    expect(await store.size(key('whole.wav'))).toBe(15);
    await expect(access(file), 'the file was taken over').rejects.toThrow('ENOENT');
  });

  test('replaces, and putting the same twice changes nothing', async () => {
    const store = open();
    await putBytes(store, key('again.wav'), Buffer.from('first'));
    await putBytes(store, key('again.wav'), Buffer.from('second'));
    await putBytes(store, key('again.wav'), Buffer.from('second'));
    expect(String(await bytesOf(await store.read(key('again.wav'))))).toBe('second');
  });

  test('takes megabytes', async () => {
    const store = open();
    const content = Buffer.alloc(3_000_000, 'kav');
    await putBytes(store, key('large.wav'), content);
    expect((await bytesOf(await store.read(key('large.wav')))).equals(content)).toBe(true);
    await store.remove(key('large.wav'));
  });

  test('knows what is not there', async () => {
    const store = open();
    expect(await store.read(key('none.wav'))).toBeUndefined();
    expect(await store.size(key('none.wav'))).toBeUndefined();
    expect(await store.remove(key('none.wav'))).toBe(false);
    expect(await keysOf(store, 'nobody/')).toEqual([]);
  });

  test('lists by prefix, and no more', async () => {
    const store = open();
    await putBytes(store, objectKey('t1', 'CA2', 'a.wav'), Buffer.from('a'));
    await putBytes(store, objectKey('t1', 'CA2', 'b.wav'), Buffer.from('b'));
    await putBytes(store, objectKey('t1', 'CA22', 'c.wav'), Buffer.from('c'));
    await putBytes(store, objectKey('t10', 'CA2', 'd.wav'), Buffer.from('d'));
    expect(await keysOf(store, 't1/CA2/')).toEqual(['t1/CA2/a.wav', 't1/CA2/b.wav']);
    expect(await keysOf(store, 't1/')).toHaveLength(3);
  });

  test('removes for good', async () => {
    const store = open();
    await putBytes(store, objectKey('t2', 'CA3', 'a.wav'), Buffer.from('a'));
    expect(await store.remove(objectKey('t2', 'CA3', 'a.wav'))).toBe(true);
    expect(await store.remove(objectKey('t2', 'CA3', 'a.wav'))).toBe(false);
    expect(await store.read(objectKey('t2', 'CA3', 'a.wav'))).toBeUndefined();
    expect(await keysOf(store, 't2/')).toEqual([]);
  });

  test('is not begun after an abort, and the object of before stays', async () => {
    const store = open();
    await putBytes(store, key('kept.wav'), Buffer.from('kept'));
    const file = await fileOf(Buffer.from('late'));
    const reason = new Error('the server stops');
    const put = store.put(key('kept.wav'), file, aboutOf(Buffer.from('late')), AbortSignal.abort(reason));
    await expect(put).rejects.toBe(reason);
    expect(String(await bytesOf(await store.read(key('kept.wav'))))).toBe('kept');
  });
}

describe('keys', () => {
  test.each([
    ['..', 'a'],
    ['a', '../b'],
    ['a', 'b/c'],
    ['a', ''],
    ['a', '.b'],
    ['a', 'b\0'],
    ['a', 'b\\c'],
    ['a', '%2e'],
  ])('refuse %j', (...parts) => {
    expect(() => objectKey(...parts)).toThrow('no identifier');
    expect(parseObjectKey(parts.join('/')) === undefined || parts.join('/') === 'a/b/c').toBe(true);
  });
});

describe('disk', () => {
  const folder = path.join(scratch, 'disk');
  conformance(() => createDiskObjects(folder));

  test('leaves no part behind, and shows none', async () => {
    const store = createDiskObjects(path.join(scratch, 'parts'));
    await putBytes(store, objectKey('t', 'CA1', 'a.wav'), Buffer.from('a'));
    await writeFile(path.join(scratch, 'parts/t/CA1/b.wav.part'), 'torn by a crash');
    expect(await keysOf(store, 't/')).toEqual(['t/CA1/a.wav']);
    await store.remove(objectKey('t', 'CA1', 'b.wav'));
    expect(await readdir(path.join(scratch, 'parts/t/CA1'))).toEqual(['a.wav']);
  });
});

describe('s3', () => {
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: path.join(scratch, 's3'),
    configureBuckets: [{ name: 'recordings' }],
  });
  let options: S3Options;
  beforeAll(async () => {
    const { port } = await server.run();
    const endpoint = `http://127.0.0.1:${port}/`;
    const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    options = { endpoint, region: 'us-east-1', bucket: 'recordings', ...keys, clock: createRealClock() };
  });
  afterAll(() => server.close());

  conformance(() => createS3Objects(options));

  test('a wrong secret is refused, with the word of the service', async () => {
    const store = createS3Objects({ ...options, secretAccessKey: 'guessed' });
    await expect(putBytes(store, objectKey('t', 'CA1', 'a.wav'), Buffer.from('a'))).rejects.toThrow(
      'the bucket refused to put: SignatureDoesNotMatch',
    );
  });

  test('more than one page is listed', async () => {
    const asked: (string | null)[] = [];
    const paged = await serve((url, response) => {
      const token = url.searchParams.get('continuation-token');
      asked.push(token);
      const next = token === null ? '<NextContinuationToken>a+b/c=</NextContinuationToken>' : '';
      const key = token === null ? 't/CA1/a.wav' : 't/CA1/b.wav';
      response.end(`<ListBucketResult>${next}<Contents><Key>${key}</Key></Contents></ListBucketResult>`);
    });
    const store = createS3Objects({ ...options, endpoint: paged.endpoint });
    expect(await keysOf(store, 't/')).toEqual(['t/CA1/a.wav', 't/CA1/b.wav']);
    expect(asked).toEqual([null, 'a+b/c=']);
    paged.close();
  });

  test('a listing that is torn is no listing', async () => {
    const torn = await serve((_url, response) => response.end('<ListBucketResult><Contents><Key>t/CA1/a.wav</Key>'));
    const store = createS3Objects({ ...options, endpoint: torn.endpoint });
    await expect(keysOf(store, 't/')).rejects.toThrow('a broken listing');
    torn.close();
  });

  test('a bucket that never answers is given up, and a redirect is not followed', async () => {
    const clock = new VirtualClock();
    const silent = await serve((url, response) => {
      if (url.pathname.includes('moved')) response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
      else clock.advanceTo(60_000);
    });
    const store = createS3Objects({ ...options, clock, endpoint: silent.endpoint });
    await expect(store.size(objectKey('t', 'CA1', 'a.wav'))).rejects.toThrow('did not answer in time');
    await expect(store.size(objectKey('t', 'CA1', 'moved.wav'))).rejects.toThrow('cannot be reached');
    expect(clock.alarms).toBe(0);
    silent.close();
  });
});

/** An endpoint of our own, for what the real server does not do. */
async function serve(answer: (url: URL, response: ServerResponse) => void) {
  const server = createServer((request, response) => answer(new URL(request.url!, 'http://bucket'), response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
