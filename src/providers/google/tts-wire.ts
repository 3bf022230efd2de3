/**
 * The two requests of Text-to-Speech, on the SDK's own gRPC stub. The SDK's methods would add retries, which are not an
 * adapter's business, and their unary one cannot be cancelled.
 */
import type { protos } from '@google-cloud/text-to-speech';
import type { Client, ClientDuplexStream, ClientUnaryCall, ServiceError } from '@grpc/grpc-js';
import type { StreamingMessage, UnaryRequest } from './tts-codec.ts';

interface Answer extends Pick<protos.google.cloud.texttospeech.v1.SynthesizeSpeechResponse, 'audioContent'> {
  readonly audioContent: Buffer;
}

export interface SpeechStub extends Pick<Client, 'getChannel'> {
  synthesizeSpeech(
    request: UnaryRequest,
    callback: (error: ServiceError | null, answer?: Answer) => void,
  ): ClientUnaryCall;
  streamingSynthesize(): ClientDuplexStream<StreamingMessage, Answer>;
}

/** Throws the server's error as grpc-js gives it; the call is cancelled when the signal aborts or the reader leaves. */
export async function* streamSpeech(
  stub: SpeechStub,
  messages: readonly StreamingMessage[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const call = stub.streamingSynthesize();
  const cancel = (): void => call.cancel();
  // The loop hears of every error; one that comes after it was left, the cancel itself, is nobody's.
  call.on('error', () => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (const message of messages) call.write(message);
    call.end();
    for await (const { audioContent } of call as AsyncIterable<Answer>) {
      signal.throwIfAborted();
      yield audioContent;
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** As `streamSpeech`, in one piece. */
export function requestSpeech(stub: SpeechStub, request: UnaryRequest, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const call = stub.synthesizeSpeech(request, (error, answer) => {
      signal.removeEventListener('abort', cancel);
      if (answer) resolve(answer.audioContent);
      else reject(error ?? new Error('neither an answer nor an error'));
    });
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}
