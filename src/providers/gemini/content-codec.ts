/**
 * Content generation: a request of ours to Gemini's, and its stream to parts of an answer.
 * https://ai.google.dev/api/generate-content
 */
import type {
  Content,
  FunctionCallingConfigMode,
  FunctionDeclaration,
  GenerateContentConfig,
  GenerateContentParameters,
  GenerateContentResponse,
  Part,
  ThinkingLevel,
} from '@google/genai';
import type { ModelRequest, ModelTurn, ToolUse } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';

/**
 * Gemini 3 refuses a tool call of its own that comes back without its signature. For calls whose signature is not known,
 * because another model made them, this word is taken instead: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const UNKNOWN_SIGNATURE = 'skip_thought_signature_validator';
const MAX_SIGNATURES = 64;

/** What the model signed its tool calls with; it goes on from its thoughts when it gets that back. */
export class Signatures {
  readonly #byCall = new Map<string, string>();

  keep(callId: string, signature: string): void {
    this.#byCall.set(callId, signature);
    const [oldest] = this.#byCall.keys();
    if (this.#byCall.size > MAX_SIGNATURES && oldest !== undefined) this.#byCall.delete(oldest);
  }

  of(callId: string): string | undefined {
    return this.#byCall.get(callId);
  }
}

/** Without its abort signal, which is no part of the request. */
export function serializeRequest(
  model: string,
  request: ModelRequest,
  signatures: Signatures,
): GenerateContentParameters & { readonly config: GenerateContentConfig } {
  const { system, summary, turns, tools, toolsAllowed } = request;
  const thinkingConfig = thinkingOf(model);
  return {
    model,
    contents: turns.flatMap((turn) => contentsOf(turn, signatures)),
    config: {
      systemInstruction: summary === undefined ? system : `${system}\n\n${summary}`,
      ...(thinkingConfig === undefined ? {} : { thinkingConfig }),
      ...(tools.length === 0 ? {} : { tools: [{ functionDeclarations: tools.map(declarationOf) }] }),
      ...(tools.length === 0 || toolsAllowed
        ? {}
        : { toolConfig: { functionCallingConfig: { mode: 'NONE' as FunctionCallingConfigMode } } }),
    },
  };
}

/** A caller on the line does not wait for thoughts: as few as each family allows, and none said of unknown models. */
function thinkingOf(model: string): GenerateContentConfig['thinkingConfig'] {
  if (/^gemini-2\.5-flash/.test(model)) return { thinkingBudget: 0 };
  if (/^gemini-3(?:\.\d+)?-flash/.test(model)) return { thinkingLevel: 'MINIMAL' as ThinkingLevel };
  return /^gemini-3(?:\.\d+)?-pro/.test(model) ? { thinkingLevel: 'LOW' as ThinkingLevel } : undefined;
}

function declarationOf({ name, description, parameters }: ModelRequest['tools'][number]): FunctionDeclaration {
  return { name, description, parametersJsonSchema: parameters };
}

function contentsOf(turn: ModelTurn, signatures: Signatures): Content[] {
  if (turn.role !== 'tools') {
    return [{ role: turn.role === 'user' ? 'user' : 'model', parts: [{ text: turn.text }] }];
  }
  const said: Part[] = turn.text === '' ? [] : [{ text: turn.text }];
  return [
    { role: 'model', parts: [...said, ...turn.uses.map((use, place) => callPart(use, place, signatures))] },
    { role: 'user', parts: turn.uses.map(responsePart) },
  ];
}

/** Of calls made together only the first is signed. */
function callPart({ id, name, arguments: args }: ToolUse, place: number, signatures: Signatures): Part {
  const signature = signatures.of(id) ?? (place === 0 ? UNKNOWN_SIGNATURE : undefined);
  return {
    functionCall: { id, name, args: { ...args } },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  };
}

function responsePart({ id, name, result, failed }: ToolUse): Part {
  return { functionResponse: { id, name, response: failed ? { error: result } : { output: result } } };
}

/** What one chunk of the stream says. Signatures of tool calls go to `signatures`, by the id that the call is given. */
export function* readChunk(
  { candidates, promptFeedback, usageMetadata }: GenerateContentResponse,
  signatures: Signatures,
  mintId: () => string,
): Generator<ModelPart> {
  const [candidate] = candidates ?? [];
  for (const { text, thought, functionCall, thoughtSignature } of candidate?.content?.parts ?? []) {
    if (text && !thought) yield { type: 'text', text };
    if (!functionCall) continue;
    const id = functionCall.id || mintId();
    if (thoughtSignature) signatures.keep(id, thoughtSignature);
    yield { type: 'tool-call', id, name: functionCall.name ?? '', arguments: JSON.stringify(functionCall.args ?? {}) };
  }
  if (usageMetadata) {
    const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usageMetadata;
    yield { type: 'usage', inputTokens: promptTokenCount, outputTokens: candidatesTokenCount + thoughtsTokenCount };
  }
  if (promptFeedback?.blockReason) yield { type: 'finish', reason: 'refused', detail: promptFeedback.blockReason };
  else if (candidate?.finishReason) yield finishOf(candidate.finishReason);
}

const REFUSALS = new Set(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'RECITATION', 'LANGUAGE']);

function finishOf(reason: string): ModelPart {
  if (REFUSALS.has(reason)) return { type: 'finish', reason: 'refused', detail: reason };
  return { type: 'finish', reason: reason === 'STOP' ? 'complete' : 'cut-short', detail: reason };
}
