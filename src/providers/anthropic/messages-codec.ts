/**
 * Messages: a request of ours to Anthropic's, and its stream to parts of an answer.
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 */
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  RawMessageStreamEvent,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { ModelRequest, ModelTurn, ToolUse } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';

/** Anthropic wants a limit; a spoken answer is a tenth of it. */
const MAX_TOKENS = 1_024;

export function serializeRequest(model: string, request: ModelRequest): MessageCreateParamsStreaming {
  const { tools, toolsAllowed } = request;
  return {
    model,
    max_tokens: MAX_TOKENS,
    stream: true,
    system: systemBlocks(request),
    messages: messagesOf(request.turns),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: { ...parameters, type: 'object' as const },
          })),
          ...(toolsAllowed ? {} : { tool_choice: { type: 'none' as const } }),
        }),
  };
}

/** What stays the same for the whole call is cached at the vendor's, tools included: they come before it. */
function systemBlocks({ system, summary }: ModelRequest): TextBlockParam[] {
  const blocks: TextBlockParam[] = [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }];
  return summary === undefined ? blocks : [...blocks, { type: 'text', text: summary }];
}

/** Roles alternate: the results of tools are the user's, and words of the caller after them join the same message. */
function messagesOf(turns: readonly ModelTurn[]): MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const { role, content } of turns.flatMap(blocksOf)) {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  return messages;
}

function blocksOf(turn: ModelTurn): { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] {
  if (turn.role !== 'tools') return [{ role: turn.role, content: [{ type: 'text', text: turn.text }] }];
  const said: ContentBlockParam[] = turn.text === '' ? [] : [{ type: 'text', text: turn.text }];
  return [
    { role: 'assistant', content: [...said, ...turn.uses.map(toolUseBlock)] },
    { role: 'user', content: turn.uses.map(toolResultBlock) },
  ];
}

function toolUseBlock({ wireId, name, arguments: input }: ToolUse): ContentBlockParam {
  return { type: 'tool_use', id: wireId, name, input };
}

function toolResultBlock({ wireId, result, failed }: ToolUse): ContentBlockParam {
  return { type: 'tool_result', tool_use_id: wireId, content: result, ...(failed ? { is_error: true } : {}) };
}

/** Reads the events of one answer, in order. Kinds of event and of block that it does not know say nothing. */
export class EventReader {
  #call: { id: string; name: string; arguments: string } | undefined;
  #inputTokens = 0;

  *read(event: RawMessageStreamEvent): Generator<ModelPart> {
    switch (event.type) {
      case 'message_start': {
        const { usage } = event.message;
        const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
        this.#inputTokens = usage.input_tokens + cached;
        return;
      }
      case 'content_block_start':
        if (event.content_block.type === 'text' && event.content_block.text !== '') {
          yield { type: 'text', text: event.content_block.text };
        }
        if (event.content_block.type === 'tool_use') {
          const { id, name } = event.content_block;
          this.#call = { id, name, arguments: '' };
          yield { type: 'progress' };
        }
        return;
      case 'content_block_delta':
        if (event.delta.type === 'text_delta') yield { type: 'text', text: event.delta.text };
        if (event.delta.type === 'input_json_delta' && this.#call) {
          this.#call.arguments += event.delta.partial_json;
          yield { type: 'progress' };
        }
        return;
      case 'content_block_stop':
        if (this.#call) yield { type: 'tool-call', ...this.#call };
        this.#call = undefined;
        return;
      case 'message_delta':
        yield { type: 'usage', inputTokens: this.#inputTokens, outputTokens: event.usage.output_tokens };
        if (event.delta.stop_reason) yield finishOf(event.delta.stop_reason);
        return;
    }
  }
}

function finishOf(reason: string): ModelPart {
  if (reason === 'refusal') return { type: 'finish', reason: 'refused', detail: reason };
  const isCut = reason === 'max_tokens' || reason === 'model_context_window_exceeded';
  return { type: 'finish', reason: isCut ? 'cut-short' : 'complete', detail: reason };
}
