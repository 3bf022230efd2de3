/** The loopback's end of the wire: the two services from the SDK's own definitions, and their messages. */
import { createRequire } from 'node:module';
import { Metadata, type ServiceDefinition, status } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { SpeechRequest } from './stt-codec.ts';

export type Version = 'v1' | 'v2';

/** A message as the SDK's definitions spell it, or bytes that are none. */
export type WireResponse = Readonly<Record<string, unknown>> | Buffer;

/** The services; a response that is bytes already goes out as it is, to send what is no message. */
export function speechServices(): Readonly<Record<Version, ServiceDefinition>> {
  const json = createRequire(import.meta.url)('@google-cloud/speech/build/protos/protos.json');
  const definitions = fromJSON(json, { longs: String, enums: String, defaults: true, oneofs: true });
  const serviceOf = (version: Version): ServiceDefinition => {
    const service = definitions[`google.cloud.speech.${version}.Speech`] as ServiceDefinition;
    const method = service['StreamingRecognize']!;
    const responseSerialize = (value: WireResponse): Buffer =>
      Buffer.isBuffer(value) ? value : method.responseSerialize(value);
    return { StreamingRecognize: { ...method, responseSerialize } };
  };
  return { v1: serviceOf('v1'), v2: serviceOf('v2') };
}

/** A field of the length that it announces, cut off: no protobuf reader can take it. */
export const GARBAGE: WireResponse = Buffer.from([0x32, 0x7f, 0x00]);

export interface WireResult {
  readonly text: string;
  readonly isFinal: boolean;
  readonly endMs: number;
}

export function serializeResult(version: Version, { text, isFinal, endMs }: WireResult): WireResponse {
  const end = toDuration(endMs);
  const alternatives = [{ transcript: text, ...(isFinal ? { confidence: 0.9 } : {}) }];
  const result = { alternatives, isFinal, stability: isFinal ? 0 : 0.9 };
  return { results: [{ ...result, ...(version === 'v1' ? { resultEndTime: end } : { resultEndOffset: end }) }] };
}

export function serializeActivity(version: Version, type: 'begin' | 'end', atMs: number): WireResponse {
  const speechEventType = type === 'begin' ? 'SPEECH_ACTIVITY_BEGIN' : 'SPEECH_ACTIVITY_END';
  const at = toDuration(atMs);
  return { speechEventType, ...(version === 'v1' ? { speechEventTime: at } : { speechEventOffset: at }) };
}

function toDuration(ms: number): { readonly seconds: number; readonly nanos: number } {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 };
}

export interface WireStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

const MAX_AUDIO_BYTES = 25_600;

/** What Google would say against this message, if anything. */
export function refusalOf(version: Version, request: SpeechRequest, isFirst: boolean): WireStatus | undefined {
  if (isFirst) return configProblem(version, request);
  const audio = audioOf(request);
  if (!audio?.length) return invalid('Malordered Data Received. Expected audio_content none was set.');
  if (audio.length <= MAX_AUDIO_BYTES) return undefined;
  const limit = `Audio chunk can be of a maximum of ${MAX_AUDIO_BYTES} bytes.`;
  return invalid(`${limit} Received audio of ${audio.length} bytes instead.`);
}

export function audioOf(request: SpeechRequest): Uint8Array | undefined {
  return ('audio' in request ? request.audio : 'audioContent' in request && request.audioContent) as Uint8Array;
}

interface WireConfig {
  readonly encoding?: string;
  readonly sampleRateHertz?: number;
  readonly audioChannelCount?: number;
  readonly languageCode?: string;
  readonly languageCodes?: readonly string[];
  readonly explicitDecodingConfig?: WireConfig;
}

function configProblem(version: Version, request: SpeechRequest): WireStatus | undefined {
  const config = request.streamingConfig?.config as WireConfig | undefined;
  if (!config) return invalid('Malordered Data Received. Expected streaming_config none was set.');
  const recognizer = 'recognizer' in request ? (request.recognizer ?? '') : '';
  if (version === 'v2' && !/^projects\/[^/]+\/locations\/[^/]+\/recognizers\/[\w-]+$/.test(recognizer)) {
    return invalid(`Invalid resource field value in the request: "${recognizer}".`);
  }
  const decoding = version === 'v1' ? config : config.explicitDecodingConfig;
  const { encoding, sampleRateHertz, audioChannelCount } = decoding ?? {};
  if (encoding !== 'MULAW' || sampleRateHertz !== 8_000 || audioChannelCount !== 1) {
    return invalid('Audio encoding must be MULAW, 8000 Hz, one channel.');
  }
  const language = version === 'v1' ? config.languageCode : config.languageCodes?.[0];
  if (language && !language.startsWith('he')) return undefined;
  return invalid(`The language "${language}" is not supported.`);
}

function invalid(details: string): WireStatus {
  return { code: status.INVALID_ARGUMENT, details };
}

/** The gRPC status that goes with an HTTP one: https://cloud.google.com/apis/design/errors#handling_errors. */
export function statusOfHttp(http: number, retryAfterSeconds?: number): WireStatus {
  const [code, details] = STATUSES[http] ?? [status.INTERNAL, 'Internal error encountered.'];
  if (retryAfterSeconds === undefined) return { code, details };
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', retryInfo(code, retryAfterSeconds));
  return { code, details, metadata };
}

const STATUSES: Readonly<Record<number, readonly [code: number, details: string]>> = {
  400: [status.INVALID_ARGUMENT, 'Request contains an invalid argument.'],
  401: [status.UNAUTHENTICATED, 'Request had invalid authentication credentials.'],
  403: [status.PERMISSION_DENIED, "Permission 'speech.recognizers.recognize' denied on resource."],
  404: [status.NOT_FOUND, 'Requested entity was not found.'],
  429: [status.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric 'StreamingRecognize requests'."],
  500: [status.INTERNAL, 'Internal error encountered.'],
  503: [status.UNAVAILABLE, 'The service is currently unavailable.'],
  504: [status.DEADLINE_EXCEEDED, 'Deadline expired before operation could complete.'],
};

/** google.rpc.Status with a google.rpc.RetryInfo in it, by hand: neither is in the SDK's definitions as a whole. */
function retryInfo(code: number, seconds: number): Buffer {
  const duration = field(1, Buffer.concat([Buffer.from([0x08]), varint(seconds)]));
  const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, duration)]);
  return Buffer.concat([Buffer.from([0x08]), varint(code), field(3, any)]);
}

/** A length-delimited field (https://protobuf.dev/programming-guides/encoding/). */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.round(value);
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
