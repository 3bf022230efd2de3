/**
 * Messages of the multi-context socket, to and from JSON.
 * https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input
 */
import { z } from 'zod';

/** Characters in the order of their speaking, with the milliseconds from the start of the message's audio. */
export interface Alignment {
  readonly chars: readonly string[];
  readonly charStartTimesMs: readonly number[];
}

export type ServerMessage =
  | {
      readonly type: 'speech';
      readonly contextId: string;
      /** Base64; undefined in a message that only ends its context. */
      readonly audio: string | undefined;
      /** Over the text as it was sent. */
      readonly alignment: Alignment | undefined;
      /** Over the text as it was read out, numbers as words. */
      readonly normalizedAlignment: Alignment | undefined;
      readonly isFinal: boolean;
    }
  /** The socket is closed after it. */
  | { readonly type: 'error'; readonly name: string }
  /** Nothing that concerns a sentence. */
  | { readonly type: 'other' };

/**
 * One sentence in a context of its own. The context is closed in the same breath: what was flushed is still spoken, the
 * end is told as soon as the audio is, and an interrupted sentence leaves no open context behind.
 */
export function serializeSentence(contextId: string, text: string): readonly string[] {
  return [
    // The first text of a context must be a space, and every text ends with one.
    JSON.stringify({ text: ' ', context_id: contextId }),
    JSON.stringify({ text: `${text.toWellFormed()} `, context_id: contextId, flush: true }),
    JSON.stringify({ context_id: contextId, close_context: true }),
  ];
}

/** Text without words restarts the inactivity timeout; it lives in a context that the vendor makes for it. */
export function serializeKeepAlive(): string {
  return JSON.stringify({ text: '' });
}

export function serializeCloseSocket(): string {
  return JSON.stringify({ close_socket: true });
}

const alignment = z
  .object({ chars: z.array(z.string()), charStartTimesMs: z.array(z.number()) })
  .nullish()
  .catch(undefined);
const errorMessage = z.object({ error: z.string() });
/** The reference writes `contextId` and `isFinal`, examples beside it `context_id` and `is_final`. */
const speechMessage = z.object({
  audio: z.string().nullish(),
  contextId: z.string().nullish(),
  context_id: z.string().nullish(),
  isFinal: z.boolean().nullish(),
  is_final: z.boolean().nullish(),
  alignment,
  normalizedAlignment: alignment,
});

/** Undefined when it is not a message of the protocol. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const json = parseJson(text);
  const error = errorMessage.safeParse(json);
  if (error.success) return { type: 'error', name: error.data.error };
  const speech = speechMessage.safeParse(json);
  if (!speech.success) return undefined;
  const { data } = speech;
  const contextId = data.contextId ?? data.context_id;
  if (!contextId) return { type: 'other' };
  return {
    type: 'speech',
    contextId,
    audio: data.audio || undefined,
    alignment: data.alignment ?? undefined,
    normalizedAlignment: data.normalizedAlignment ?? undefined,
    isFinal: (data.isFinal ?? data.is_final) === true,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
