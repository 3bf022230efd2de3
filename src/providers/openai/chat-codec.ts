/**
 * Chat completions: a request of ours to OpenAI's, and its stream to parts of an answer.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 */
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ModelRequest, ModelTurn, ToolUse } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';

/** Compatible servers leave out what OpenAI never does. */
interface LooseChunk {
  readonly choices?: readonly LooseChoice[] | null;
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
}
interface LooseChoice {
  readonly delta?: LooseDelta | null;
  readonly finish_reason?: string | null;
}
interface LooseDelta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly LooseToolCall[] | null;
}
interface LooseToolCall {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null;
}

export function serializeRequest(model: string, request: ModelRequest): ChatCompletionCreateParamsStreaming {
  const { system, summary, turns, tools, toolsAllowed } = request;
  const effort = reasoningEffort(model);
  return {
    model,
    messages: [
      { role: 'system', content: summary === undefined ? system : `${system}\n\n${summary}` },
      ...turns.flatMap(messagesOf),
    ],
    stream: true,
    stream_options: { include_usage: true },
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { ...parameters } },
          })),
          ...(toolsAllowed ? {} : { tool_choice: 'none' as const }),
        }),
  };
}

/** A caller on the line does not wait for thoughts. Other models, and other vendors', are not told: some refuse it. */
function reasoningEffort(model: string): 'none' | 'minimal' | undefined {
  if (/^gpt-5\.\d+(?:-mini|-nano)?(?:-\d{4}-\d\d-\d\d)?$/.test(model)) return 'none';
  return /^gpt-5(?:-mini|-nano)?(?:-\d{4}-\d\d-\d\d)?$/.test(model) ? 'minimal' : undefined;
}

function messagesOf(turn: ModelTurn): ChatCompletionMessageParam[] {
  if (turn.role !== 'tools') return [{ role: turn.role, content: turn.text }];
  return [
    { role: 'assistant', content: turn.text || null, tool_calls: turn.uses.map(toolCallOf) },
    ...turn.uses.map(({ wireId, result }) => ({ role: 'tool' as const, tool_call_id: wireId, content: result })),
  ];
}

function toolCallOf({ wireId, name, arguments: value }: ToolUse) {
  return { id: wireId, type: 'function' as const, function: { name, arguments: JSON.stringify(value) } };
}

/** Reads the chunks of one answer, in order. */
export class ChunkReader {
  readonly #calls: { id: string; name: string; arguments: string; index: number | undefined }[] = [];
  #isFinished = false;

  *read(raw: ChatCompletionChunk): Generator<ModelPart> {
    const chunk: LooseChunk = raw;
    const choice = chunk.choices?.[0];
    if (choice?.delta) yield* this.#readDelta(choice.delta);
    if (choice?.finish_reason) yield* this.#finish(choice.finish_reason);
    if (chunk.usage) {
      const { prompt_tokens: inputTokens = 0, completion_tokens: outputTokens = 0 } = chunk.usage;
      yield { type: 'usage', inputTokens, outputTokens };
    }
  }

  *#readDelta({ content, refusal, tool_calls: calls }: LooseDelta): Generator<ModelPart> {
    if (content) yield { type: 'text', text: content };
    if (refusal) yield { type: 'text', text: refusal };
    for (const call of calls ?? []) {
      this.#readCall(call);
      yield { type: 'progress' };
    }
  }

  /** OpenAI counts calls by index; some servers give every call of an answer the index 0, or none, and a new id. */
  #readCall({ index, id, function: fragment }: LooseToolCall): void {
    const last = this.#calls.findLast((call) => index == null || call.index === index);
    const isNew = !last || (!!id && !!last.id && id !== last.id) || (index == null && !!fragment?.name);
    const call = isNew ? { id: '', name: '', arguments: '', index: index ?? undefined } : last;
    if (isNew) this.#calls.push(call);
    call.id ||= id ?? '';
    call.name ||= fragment?.name ?? '';
    call.arguments += argumentsText(fragment?.arguments);
  }

  *#finish(reason: string): Generator<ModelPart> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    for (const { id, name, arguments: json } of this.#calls) {
      yield { type: 'tool-call', ...(id ? { id } : {}), name, arguments: json };
    }
    const isCut = reason === 'length' || reason === 'content_filter';
    yield { type: 'finish', reason: isCut ? 'cut-short' : 'complete', detail: reason };
  }
}

/** Text, in pieces; from some servers the object itself. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value == null ? '' : JSON.stringify(value);
}
