/** Messages of the socket, to and from JSON. https://docs.cartesia.ai/api-reference/tts/websocket */
import { z } from 'zod';

export interface Generation {
  readonly model: string;
  readonly voice: string;
  /** ISO 639-1; undefined leaves it to the model. */
  readonly language: string | undefined;
  readonly contextId: string;
  readonly text: string;
}

/** Words with the seconds of the sentence's audio at which they begin. */
export interface WordTimestamps {
  readonly words: readonly string[];
  readonly start: readonly number[];
}

export type ServerMessage =
  /** `data` is base64. */
  | { readonly type: 'chunk'; readonly contextId: string; readonly data: string }
  | { readonly type: 'timestamps'; readonly contextId: string; readonly words: WordTimestamps }
  | { readonly type: 'done'; readonly contextId: string }
  /** Without a context it concerns the whole connection. */
  | { readonly type: 'error'; readonly contextId: string | undefined; readonly status: number; readonly name: string }
  /** Nothing that concerns a sentence. */
  | { readonly type: 'other' };

/** A whole sentence in a context of its own. */
export function serializeGeneration({ model, voice, language, contextId, text }: Generation): string {
  return JSON.stringify({
    model_id: model,
    transcript: text.toWellFormed(),
    voice: { mode: 'id', id: voice },
    ...(language === undefined ? {} : { language }),
    context_id: contextId,
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    add_timestamps: true,
    continue: false,
  });
}

export function serializeCancel(contextId: string): string {
  return JSON.stringify({ context_id: contextId, cancel: true });
}

const context = z.string().min(1);
const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chunk'), context_id: context, data: z.string() }),
  z.object({
    type: z.literal('timestamps'),
    context_id: context,
    word_timestamps: z.object({ words: z.array(z.string()), start: z.array(z.number()) }),
  }),
  z.object({ type: z.literal('done'), context_id: context }),
  z.object({
    type: z.literal('error'),
    context_id: context.nullish(),
    status_code: z.number().int(),
    error_code: z.string().nullish(),
  }),
]);
const anyMessage = z.object({ type: z.string() });
const OURS: readonly string[] = ['chunk', 'timestamps', 'done', 'error'];

/** Undefined when it is not a message of the protocol. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const json = parseJson(text);
  const parsed = serverMessage.safeParse(json);
  if (!parsed.success) {
    const { data: unknown } = anyMessage.safeParse(json);
    return unknown && !OURS.includes(unknown.type) ? { type: 'other' } : undefined;
  }
  const { data } = parsed;
  switch (data.type) {
    case 'chunk':
      return { type: 'chunk', contextId: data.context_id, data: data.data };
    case 'timestamps':
      return { type: 'timestamps', contextId: data.context_id, words: data.word_timestamps };
    case 'done':
      return { type: 'done', contextId: data.context_id };
    case 'error': {
      const { context_id, status_code, error_code } = data;
      return { type: 'error', contextId: context_id ?? undefined, status: status_code, name: error_code ?? '' };
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
