import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { WorkFailure } from '../work-result.ts';
import { type FetchedMedia, fetchMedia, MEDIA_LIMITS, type MediaLimits } from './fetch-media.ts';
import { type MediaServer, openMediaServer, wavOf } from './media.fixture.ts';
import type { MediaSource } from './media-source.ts';

const scratch = await mkdtemp(path.join(tmpdir(), 'kav-media-'));
afterAll(() => rm(scratch, { recursive: true }));
let server: MediaServer | undefined;
afterEach(() => server?.close());

const never = new AbortController().signal;
let made = 0;

interface Scene {
  readonly answer?: (response: ServerResponse) => void;
  readonly limits?: Partial<MediaLimits>;
  readonly source?: Partial<MediaSource>;
  readonly host?: string;
  readonly clock?: VirtualClock;
  readonly signal?: AbortSignal;
}

async function fetchFrom(scene: Scene): Promise<{ result: FetchedMedia | WorkFailure; file: string }> {
  const { answer = () => {}, limits, clock = new VirtualClock(), host = 'api.twilio.com', signal = never } = scene;
  server = await openMediaServer((_request, response) => answer(response));
  const file = path.join(scratch, `media-${made++}`);
  const fetcher = { source: { ...server.source, ...scene.source }, limits: { ...MEDIA_LIMITS, ...limits }, clock };
  const result = await fetchMedia(
    fetcher,
    { host, path: '/recording.wav', authorization: 'Basic c2VjcmV0', file },
    signal,
  );
  expect(clock.alarms, 'no alarm is left').toBe(0);
  return { result, file };
}

const sendWav = (wav: Buffer) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'audio/x-wav' }).end(wav);
};

test('fetches a recording, with its digest', async () => {
  const wav = wavOf(300_000);
  const { result, file } = await fetchFrom({ answer: sendWav(wav) });
  const sha256 = createHash('sha256').update(wav).digest('hex');
  expect(result).toEqual({ status: 'fetched', bytes: 300_000, sha256, contentType: 'audio/wav' });
  expect((await readFile(file)).equals(wav)).toBe(true);
  const [request] = server!.requests;
  expect(request!.headers).toMatchObject({
    host: expect.stringContaining('api.twilio.com'),
    authorization: 'Basic c2VjcmV0',
  });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, wherever it leads', async (status) => {
  const location = 'https://api.twilio.com/elsewhere.wav';
  const { result } = await fetchFrom({ answer: (response) => void response.writeHead(status, { location }).end() });
  expect(result).toEqual({ status: 'refused', problem: 'Twilio answered with a redirect, which is not followed' });
  expect(server!.requests).toHaveLength(1);
});

test.each([
  ['404, as just after the recording', 404],
  ['401, as during a rotation', 401],
  ['429', 429],
  ['500', 500],
])('%s is tried again', async (_name, status) => {
  const { result } = await fetchFrom({ answer: (response) => void response.writeHead(status).end('no') });
  expect(result).toEqual({ status: 'retry', problem: `Twilio answered ${status}` });
});

test.each([
  ['a page', { 'content-type': 'text/html' }, wavOf(100)],
  ['no type', {}, wavOf(100)],
  ['a WAV in name only', { 'content-type': 'audio/x-wav' }, Buffer.from('<html>sorry, nothing here</html>')],
  ['nothing at all', { 'content-type': 'audio/x-wav' }, Buffer.alloc(0)],
])('%s is refused', async (_name, headers, body) => {
  const { result } = await fetchFrom({ answer: (response) => void response.writeHead(200, headers).end(body) });
  expect(result).toEqual({ status: 'refused', problem: 'the answer is no WAV file' });
});

test('a compressed answer is refused: its size says nothing', async () => {
  const headers = { 'content-type': 'audio/x-wav', 'content-encoding': 'gzip' };
  const { result } = await fetchFrom({ answer: (response) => void response.writeHead(200, headers).end('x') });
  expect(result).toEqual({ status: 'refused', problem: 'the answer is compressed' });
});

test('too large is refused, announced or not', async () => {
  const limits = { maxBytes: 1000 };
  const large = { status: 'refused', problem: 'the recording is too large' };
  expect((await fetchFrom({ limits, answer: sendWav(wavOf(1001)) })).result).toEqual(large);
  await server!.close();
  const unannounced = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'audio/x-wav', 'transfer-encoding': 'chunked' });
    response.write(wavOf(900));
    response.end(wavOf(900));
  };
  expect((await fetchFrom({ limits, answer: unannounced })).result).toEqual(large);
});

test('an answer that breaks off is tried again', async () => {
  const { result } = await fetchFrom({
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': '5000' });
      response.write(wavOf(100), () => response.destroy());
    },
  });
  expect(result).toEqual({ status: 'retry', problem: 'the connection to Twilio failed: ECONNRESET' });
});

test('a server that never answers is given up', async () => {
  const clock = new VirtualClock();
  const { result } = await fetchFrom({ clock, answer: () => clock.advanceTo(20_000) });
  expect(result).toEqual({ status: 'retry', problem: 'the recording stopped coming' });
});

test('a server that drips for ever is given up', async () => {
  const clock = new VirtualClock();
  const { result } = await fetchFrom({
    clock,
    limits: { idleMs: 1_000_000, totalMs: 60_000 },
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav' });
      response.write(wavOf(100), () => clock.advanceTo(60_000));
    },
  });
  expect(result).toEqual({ status: 'retry', problem: 'the recording took too long' });
});

test('the end of the server ends the work with its reason', async () => {
  const stop = new AbortController();
  const reason = new Error('the server stops');
  const work = fetchFrom({ signal: stop.signal, answer: () => stop.abort(reason) });
  await expect(work).rejects.toBe(reason);
});

test('a certificate of somebody else is no Twilio', async () => {
  const { result } = await fetchFrom({ host: 'api.dublin.ie1.twilio.com', answer: sendWav(wavOf(100)) });
  expect(result).toEqual({
    status: 'retry',
    problem: 'the connection to Twilio failed: ERR_TLS_CERT_ALTNAME_INVALID',
  });
  expect(server!.requests).toHaveLength(0);
});

test('a host that is not of Twilio is not even looked up', async () => {
  const resolve = () => expect.unreachable('looked up');
  const { result } = await fetchFrom({ host: 'api.twilio.com.evil.example', source: { resolve } });
  expect(result).toEqual({ status: 'refused', problem: 'the host is not one of Twilio' });
});

test('a name that cannot be resolved is tried again', async () => {
  const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  const { result } = await fetchFrom({ source: { resolve: () => Promise.reject(error) } });
  expect(result).toEqual({ status: 'retry', problem: 'the connection to Twilio failed: ENOTFOUND' });
});
