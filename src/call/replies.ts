/** The replies of one call: the one in progress, the one that is being prepared, and the summary of what is long past. */
import { type CallState, historyOf } from '../core/call.ts';
import type { CallEffect, CallEventBody, LineName, ToolExchange } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Expectation } from '../providers/contracts.ts';
import { textOf } from '../text/line.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { CallProviders } from './call-providers.ts';
import type { PlayoutQueue } from './playout-queue.ts';
import { PreparedAnswer } from './prepared-answer.ts';
import { type ReplyPlan, type ReplyTools, runReply } from './reply-task.ts';
import type { RecordingControl } from './session-recording.ts';
import { queueLine } from './speaker.ts';
import { Toolbox, type ToolEnd } from './toolbox.ts';
import { within } from './within.ts';

/** A disk slower than that costs the certainty that a tool's effect survives a power cut, and not the caller's patience. */
const COMMIT_WAIT_MS = 2_000;

export interface RepliesOptions {
  readonly agent: AgentRuntime;
  readonly callSid: string;
  readonly clock: Clock;
  readonly providers: Pick<CallProviders, 'brain' | 'tts'>;
  readonly playout: PlayoutQueue;
  /** For tools that ask for what must not be kept. */
  readonly recording: RecordingControl | undefined;
  /** Makes a tool's effect durable. Rejects when it cannot be kept. */
  readonly commit: (exchange: ToolExchange) => Promise<void>;
  readonly mayAct: () => boolean | Promise<boolean>;
  readonly dispatch: (event: CallEventBody) => void;
  readonly onExpect: (expectation: Expectation) => void;
  readonly onToolEnd: (tool: ToolEnd) => void;
  readonly log: Log;
  readonly metrics: Metrics;
}

export class Replies {
  readonly #o: RepliesOptions;
  readonly #tools: ReplyTools;
  readonly #summary = new AbortController();
  #current: { readonly reply: number; readonly abort: AbortController } | undefined;
  #prepared: PreparedAnswer | undefined;

  constructor(options: RepliesOptions) {
    this.#o = options;
    this.#tools = replyTools(options);
  }

  greet(reply: number): void {
    const { consent, greeting } = this.#o.agent;
    this.#start(reply, { kind: 'greeting', lines: greeting, consent });
  }

  /** After a lost line: the agent's last words again, or, when nothing was said yet, what the brain opens with. */
  resume({ heard, repeat, reply }: Extract<CallEffect, { type: 'resume-start' }>, state: CallState): void {
    const lead = this.#o.agent.options.lines.resumed;
    this.#start(reply, { kind: 'repeat', lead, text: repeat, heard, history: historyOf(state) });
  }

  answer(reply: number, state: CallState, resumed = false): void {
    const history = historyOf(state);
    const asked = history.at(-1);
    const words = asked?.who === 'caller' ? asked.text : '';
    const prepared = this.#prepared?.isFor(words) ? this.#prepared : undefined;
    if (prepared) {
      this.#prepared = undefined;
      this.#o.metrics.preparedAnswer('used', prepared.characters);
    }
    const lead = resumed ? this.#o.agent.options.lines.resumed : undefined;
    this.#start(reply, { kind: 'answer', history, summary: state.memory.summary, prepared, lead });
  }

  /** What an operator wants said. */
  say(reply: number, text: string): void {
    this.#start(reply, { kind: 'say', text });
  }

  line(reply: number, line: LineName): void {
    this.#start(reply, { kind: 'line', name: line, line: this.#o.agent.options.lines[line] });
  }

  /** Only a line that is already spoken can fill a silence that the voice itself may have caused. */
  fill(reply: number): void {
    const line = this.#o.agent.options.lines.filler;
    const audio = this.#o.agent.cache.get(textOf(line));
    if (audio) queueLine(reply, { line, name: 'filler', audio }, this.#tools);
  }

  /** Begins what will probably be an answer to `words`; an earlier guess is dropped. */
  prepare(reply: number, words: string, state: CallState): void {
    this.drop();
    const { summary } = state.memory;
    const request = { reply, opening: false, history: historyOf(state, words), ...(summary ? { summary } : {}) };
    this.#prepared = new PreparedAnswer({ brain: this.#o.providers.brain, request, words });
  }

  drop(): void {
    if (!this.#prepared) return;
    this.#o.metrics.preparedAnswer('dropped', this.#prepared.characters);
    this.#prepared.drop();
    this.#prepared = undefined;
  }

  cancel(reply: number): void {
    if (this.#current?.reply === reply) this.#current.abort.abort();
  }

  /** Has the oldest `turns` entries told in brief, in the background; a failure only means a longer request. */
  async summarise(turns: number, state: CallState): Promise<void> {
    const { dispatch, log, providers } = this.#o;
    if (!providers.brain.summarize) return;
    const { summary } = state.memory;
    const before = summary ? [{ who: 'agent', text: `[${summary.text}]` } as const] : [];
    const history = [...before, ...historyOf(state, '').slice(summary?.turns ?? 0, turns)];
    try {
      const text = await providers.brain.summarize(history, this.#summary.signal);
      if (!this.#summary.signal.aborted) dispatch({ type: 'summary', text, turns });
    } catch (error) {
      if (!this.#summary.signal.aborted) log.warn('BRAIN_ERROR', { message: `summary: ${error}` });
    }
  }

  /** Cancels everything. What was queued for playout stays. */
  stop(): void {
    this.#current?.abort.abort();
    this.#summary.abort();
    this.drop();
  }

  #start(reply: number, plan: ReplyPlan): void {
    this.drop();
    const abort = new AbortController();
    this.#current = { reply, abort };
    this.#o.playout.open(reply);
    void runReply(reply, plan, this.#tools, abort.signal);
  }
}

function replyTools(options: RepliesOptions): ReplyTools {
  const { agent, dispatch, log, metrics, onExpect, playout, providers } = options;
  return {
    brain: providers.brain,
    tts: providers.tts,
    language: agent.options.language,
    cache: agent.cache,
    toolbox: createToolbox(options),
    playout,
    dispatch,
    onExpect,
    onUsage: ({ inputTokens, outputTokens }) => metrics.modelTokens(inputTokens, outputTokens),
    onSpoken: (bytes) => {
      log.info('TTS_SUCCESS', { bytes });
      log.info('TTS_LEN_ms', { ms: bytes / 8 });
    },
    onFailure: (error) => {
      const isVoice = error instanceof Error && 'operation' in error && error.operation === 'tts';
      log.error(isVoice ? 'TTS_ERROR' : 'BRAIN_ERROR', { message: String(error) });
    },
  };
}

function createToolbox(options: RepliesOptions): Toolbox {
  const { agent, callSid, clock, commit, dispatch, log, mayAct, onToolEnd, recording } = options;
  const record = (slots: Readonly<Record<string, string>>) =>
    dispatch({ type: 'outcome', outcome: { status: 'completed', flow: agent.options.name, slots } });
  // The tool has done its work all the same: the call goes on, and the operator is told.
  const onLost = (error: unknown): void => log.error('LEDGER_ERROR', { error: String(error) });
  return new Toolbox({
    tools: agent.options.tools,
    clock,
    call: { callSid, record },
    recording,
    mayAct,
    commit: (exchange) => within(commit(exchange).catch(onLost), COMMIT_WAIT_MS, clock),
    onToolEnd: (tool) => {
      const { error, failed, ms, name } = tool;
      onToolEnd(tool);
      log[failed ? 'warn' : 'info']('TOOL_END', { tool: name, ms, failed, pii: { error: error && String(error) } });
    },
  });
}
