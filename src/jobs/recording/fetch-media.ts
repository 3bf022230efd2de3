/**
 * Fetches one recording to a file. Only allowed hosts, on allowed addresses; no redirect is followed, because Twilio
 * documents none for recordings; size, time and type are bounded.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import { refused, retry, type WorkFailure } from '../work-result.ts';
import { AddressRefused } from './guarded-lookup.ts';
import { guardedRequest } from './guarded-request.ts';
import type { MediaSource } from './media-source.ts';

export interface MediaFetch {
  readonly host: string;
  readonly path: string;
  /** The value of the header `Authorization`. */
  readonly authorization: string;
  /** The file to write; it must not exist. */
  readonly file: string;
}

export interface MediaLimits {
  readonly maxBytes: number;
  /** From the request to the head of the answer, and between two pieces of the body. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** 512 MiB are four hours of telephone sound in two channels, with room; half an hour for a slow line. */
export const MEDIA_LIMITS: MediaLimits = { maxBytes: 512 * 1024 * 1024, idleMs: 20_000, totalMs: 1_800_000 };

export interface FetchedMedia {
  readonly status: 'fetched';
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly contentType: 'audio/wav';
}

export interface MediaFetcher {
  readonly source: MediaSource;
  readonly limits: MediaLimits;
  readonly clock: Clock;
}

const WAV_TYPE = /^audio\/(?:x-wav|wav|wave|vnd\.wave)(?:\s*;|$)/i;

/** Rejects only with the signal's reason; the file is complete and synced when it is `fetched`. */
export async function fetchMedia(
  fetcher: MediaFetcher,
  wanted: MediaFetch,
  signal: AbortSignal,
): Promise<FetchedMedia | WorkFailure> {
  signal.throwIfAborted();
  const { clock, limits, source } = fetcher;
  if (!source.isHost(wanted.host)) return refused('the host is not one of Twilio');
  const line = new AbortController();
  const giveUp = (problem: string) => () => line.abort(new LineFailure(retry(problem)));
  const stop = () => line.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const disarm = clock.at(clock.now() + limits.totalMs, giveUp('the recording took too long'));
  const idle = createIdleAlarm(clock, limits.idleMs, giveUp('the recording stopped coming'));
  try {
    const answer = await guardedRequest(source, { method: 'GET', ...wanted }, line.signal);
    const failure = failureOf(answer, limits);
    if (failure !== undefined) {
      answer.destroy();
      return failure;
    }
    return await save(answer, wanted.file, limits, idle.rearm);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return failureOfError(line.signal.aborted ? line.signal.reason : error);
  } finally {
    idle.disarm();
    disarm();
    signal.removeEventListener('abort', stop);
    line.abort();
  }
}

function failureOf({ statusCode = 0, headers }: IncomingMessage, limits: MediaLimits): WorkFailure | undefined {
  if (statusCode >= 300 && statusCode < 400) return refused('Twilio answered with a redirect, which is not followed');
  // A recording may not be there for a moment after Twilio has announced it, and a rotated token is set again.
  if (statusCode !== 200) return retry(`Twilio answered ${statusCode}`);
  if (!WAV_TYPE.test(headers['content-type'] ?? '')) return refused('the answer is no WAV file');
  if (![undefined, 'identity'].includes(headers['content-encoding'])) return refused('the answer is compressed');
  if (Number(headers['content-length'] ?? 0) > limits.maxBytes) return refused('the recording is too large');
  return undefined;
}

async function save(
  answer: IncomingMessage,
  path: string,
  limits: MediaLimits,
  onBytes: () => void,
): Promise<FetchedMedia | WorkFailure> {
  const file = await open(path, 'wx', 0o600);
  try {
    return await copy(answer, file, limits, onBytes);
  } finally {
    await file.close();
  }
}

async function copy(
  answer: IncomingMessage,
  file: FileHandle,
  limits: MediaLimits,
  onBytes: () => void,
): Promise<FetchedMedia | WorkFailure> {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    onBytes();
    bytes += chunk.length;
    if (bytes > limits.maxBytes) return refused('the recording is too large');
    if (head.length < 12) head = Buffer.concat([head, chunk]).subarray(0, 12);
    hash.update(chunk);
    await file.appendFile(chunk);
  }
  if (!isWav(head)) return refused('the answer is no WAV file');
  await file.sync();
  return { status: 'fetched', bytes, sha256: hash.digest('hex'), contentType: 'audio/wav' };
}

const isWav = (head: Buffer): boolean =>
  head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE';

/** The line was given up for a reason of ours. */
class LineFailure extends Error {
  readonly failure: WorkFailure;

  constructor(failure: WorkFailure) {
    super(failure.problem);
    this.failure = failure;
  }
}

/** What the network or the disk threw; anything else is a bug of ours and is thrown on. */
export function failureOfError(error: unknown): WorkFailure {
  if (error instanceof LineFailure) return error.failure;
  if (error instanceof AddressRefused) return refused('the host leads to an address that is not public');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^[A-Z0-9_]{1,40}$/.test(code)) throw error;
  return retry(`the connection to Twilio failed: ${code}`);
}

function createIdleAlarm(clock: Clock, ms: number, wake: () => void) {
  let disarm = clock.at(clock.now() + ms, wake);
  return {
    rearm: () => {
      disarm();
      disarm = clock.at(clock.now() + ms, wake);
    },
    disarm: () => disarm(),
  };
}
