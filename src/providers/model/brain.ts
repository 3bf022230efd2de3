/** A brain over a model that answers in a stream: what OpenAI's, Anthropic's and Google's have in common. */
import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { BUDGETS } from '../budgets.ts';
import type { Brain, BrainEvent, BrainOptions, BrainSession } from '../contracts.ts';
import type { VendorOperation } from '../vendor-error.ts';
import { withinBudget } from '../wire/stream-budget.ts';
import { createWarmUp } from '../wire/warm-up.ts';
import { type ModelRequest, modelRequest, summaryRequest } from './prompt.ts';
import { type ModelPart, type ReplyOptions, replyEvents } from './reply.ts';

/** The price of an answer comes after it, from some servers never. */
const USAGE_WAIT_MS = 300;

/** One vendor's models, as far as they differ. */
export interface ModelClient {
  /** Cancels the request when the signal aborts. Throws whatever the vendor's SDK throws. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** What went wrong, without words of the call in it. */
  errorOf(error: unknown): ProviderError;
}

export interface ModelBrainOptions {
  readonly who: VendorOperation;
  readonly clock: Clock;
  /** Where the requests go: the connection is made ahead. */
  readonly url: string;
  /** One for each session, so that a client may remember what its model said of its own answers. */
  readonly createClient: () => ModelClient;
}

export function createModelBrain(options: ModelBrainOptions): Brain {
  const warmUp = createWarmUp(options.clock, options.url);
  const closing = new AbortController();
  return {
    name: options.who.provider,
    open(call) {
      warmUp.touch();
      return openModelSession(options, call, closing.signal);
    },
    async close() {
      closing.abort();
      warmUp.close();
    },
  };
}

function openModelSession(options: ModelBrainOptions, call: BrainOptions, brainClosing: AbortSignal): BrainSession {
  const { who } = options;
  const client = options.createClient();
  const closing = new AbortController();
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal, brainClosing]);
  return {
    async *respond(request, signal) {
      signal.throwIfAborted();
      // The agent's greeting has been spoken; a model has nothing to add before the caller answers it.
      if (request.opening) return;
      const reply = { who, callIdPrefix: `call_${request.history.length}` };
      yield* ask({ ...options, client, reply }, modelRequest(call, request), until(signal));
    },
    async summarize(history, signal) {
      signal.throwIfAborted();
      let text = '';
      const reply = { who, callIdPrefix: 'call' };
      for await (const event of ask({ ...options, client, reply }, summaryRequest(call, history), until(signal))) {
        if (event.type === 'text') text += event.text;
      }
      return text.trim();
    },
    close: async () => closing.abort(),
  };
}

interface Asking {
  readonly client: ModelClient;
  readonly clock: Clock;
  readonly who: VendorOperation;
  readonly reply: ReplyOptions;
}

async function* ask(asking: Asking, request: ModelRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
  signal.throwIfAborted();
  const { client, clock, who, reply } = asking;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const parts = withinBudget(endingWith(either, client.stream(request, either)), {
    clock,
    who,
    stop,
    waitMs: (last) => (last === undefined ? BUDGETS.brainFirstTokenMs : waitAfter(last)),
    totalMs: BUDGETS.brainTotalMs,
  });
  try {
    for await (const event of replyEvents(parts, reply)) {
      signal.throwIfAborted();
      yield event;
    }
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (stop.signal.reason instanceof ProviderError) throw stop.signal.reason;
    throw error instanceof ProviderError ? error : client.errorOf(error);
  }
}

/** The SDKs end a cancelled stream as if it were over. */
async function* endingWith(signal: AbortSignal, parts: AsyncIterable<ModelPart>): AsyncGenerator<ModelPart> {
  yield* parts;
  signal.throwIfAborted();
}

const waitAfter = ({ type }: ModelPart): number => (type === 'finish' ? USAGE_WAIT_MS : BUDGETS.brainBetweenTokensMs);
