/**
 * The one place in a call where something is awaited: it reads what the brain says, runs the tools it asks for, cuts
 * sentences and has them spoken. One task per reply, under one signal; after the abort nothing of it reaches the call.
 */
import type { LineName, ToolExchange } from '../core/call-event.ts';
import { ProviderError } from '../core/errors.ts';
import type {
  BrainEvent,
  BrainRequest,
  BrainSession,
  Expectation,
  HistorySummary,
  HistoryTurn,
} from '../providers/contracts.ts';
import { type Line, textOf, uninterruptible } from '../text/line.ts';
import { SentenceSplitter } from '../text/sentences.ts';
import { isSpeakable } from '../text/speakable.ts';
import type { PreparedAnswer } from './prepared-answer.ts';
import { Speaker, type SpeakerTools } from './speaker.ts';
import type { Toolbox, ToolWish } from './toolbox.ts';

/** What a reply is made of. */
export type ReplyPlan =
  | {
      readonly kind: 'greeting';
      /** That the call is recorded: said first, and not to be interrupted. */
      readonly consent: Line | undefined;
      readonly lines: readonly Line[];
    }
  | {
      readonly kind: 'answer';
      readonly history: readonly HistoryTurn[];
      readonly summary?: HistorySummary | undefined;
      readonly prepared?: PreparedAnswer | undefined;
      /** What to say first: that the line was lost. */
      readonly lead?: Line | undefined;
    }
  /** After the line was lost: the brain's question once more or, from a brain that has none, the agent's last words. */
  | {
      readonly kind: 'repeat';
      readonly lead: Line;
      readonly text: string;
      /** How much of the text was heard. */
      readonly heard: string;
      readonly history: readonly HistoryTurn[];
    }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'line'; readonly name: LineName; readonly line: Line };

export interface ReplyTools extends SpeakerTools {
  readonly brain: BrainSession;
  readonly toolbox: Toolbox;
  readonly onExpect: (expectation: Expectation) => void;
  readonly onUsage: (usage: { readonly inputTokens: number; readonly outputTokens: number }) => void;
  readonly onFailure: (error: unknown) => void;
}

/** A model that only ever wants another tool is made to answer in words after so many rounds. */
const MOST_TOOL_ROUNDS = 4;
/** About three minutes of speech: nobody listens longer, and a model in a loop never ends by itself. */
const LONGEST_REPLY_CHARACTERS = 3_000;

/** Speaks the reply to its end. Never rejects: the outcome is an event. */
export async function runReply(reply: number, plan: ReplyPlan, tools: ReplyTools, signal: AbortSignal): Promise<void> {
  const { dispatch, playout } = tools;
  const task = new ReplyTask(reply, tools, signal);
  try {
    const hangUp = await task.follow(plan);
    if (signal.aborted) return;
    // The event goes first: by the time the terminal mark comes back the core must know that it is the last.
    dispatch({ type: 'reply-end', reply, hangUp });
    playout.end(reply);
  } catch (error) {
    if (signal.aborted) return;
    tools.onFailure(error);
    dispatch({ type: 'reply-error', reply, code: error instanceof ProviderError ? error.code : 'reply-failed' });
    playout.end(reply);
  }
}

/** What one request to the brain came to. */
interface Round {
  readonly said: string;
  readonly wishes: readonly ToolWish[];
  readonly hangUp: boolean;
}

class ReplyTask {
  readonly #reply: number;
  readonly #tools: ReplyTools;
  readonly #signal: AbortSignal;
  readonly #speaker: Speaker;
  #characters = 0;

  constructor(reply: number, tools: ReplyTools, signal: AbortSignal) {
    this.#reply = reply;
    this.#tools = tools;
    this.#signal = signal;
    this.#speaker = new Speaker(reply, tools, signal);
  }

  /** Whether the call ends with this reply. */
  async follow(plan: ReplyPlan): Promise<boolean> {
    const hangUp = await this.#speak(plan);
    await this.#speaker.finish();
    return hangUp;
  }

  async #speak(plan: ReplyPlan): Promise<boolean> {
    if (plan.kind === 'line') return this.#line(plan);
    if (plan.kind === 'say') return this.#exactly(plan.text);
    if (plan.kind === 'repeat') return this.#repeat(plan);
    return this.#converse(plan);
  }

  async #repeat({ heard, history, lead, text }: Extract<ReplyPlan, { kind: 'repeat' }>): Promise<boolean> {
    await this.#speaker.say(lead, 'resumed');
    const request = { reply: this.#reply, opening: true, history, toolsAllowed: false };
    const { said, hangUp } = await this.#round(this.#tools.brain.respond(request, this.#signal));
    if (said !== '' || hangUp) return hangUp;
    await this.#say(unheard(text, heard), []);
    return false;
  }

  async #line({ name, line }: Extract<ReplyPlan, { kind: 'line' }>): Promise<boolean> {
    await this.#speaker.say(line, name);
    return false;
  }

  async #exactly(text: string): Promise<boolean> {
    await this.#say(sentencesIn(text), []);
    return false;
  }

  async #converse(plan: Extract<ReplyPlan, { kind: 'greeting' | 'answer' }>): Promise<boolean> {
    const opening = plan.kind === 'greeting';
    if (plan.kind === 'answer' && plan.lead !== undefined) await this.#speaker.say(plan.lead, 'resumed');
    if (opening && plan.consent !== undefined) await this.#speaker.say(plan.consent, 'consent');
    for (const line of opening ? plan.lines : []) if (isSpeakable(textOf(line))) await this.#speaker.say(line);
    let history = opening ? [] : plan.history;
    const summary = opening ? undefined : plan.summary;
    for (let round = 0; ; round++) {
      const toolsAllowed = round < MOST_TOOL_ROUNDS;
      const request = { reply: this.#reply, opening, history, toolsAllowed, ...(summary ? { summary } : {}) };
      const { said, wishes, hangUp } = await this.#round(this.#eventsOf(plan, request, round));
      if (wishes.length === 0 || !toolsAllowed) return hangUp;
      const exchanges = await this.#runTools(wishes);
      if (hangUp) return true;
      const words: HistoryTurn[] = said === '' ? [] : [{ who: 'agent', text: said }];
      history = [...history, ...words, { who: 'tool', exchanges }];
    }
  }

  #eventsOf(plan: ReplyPlan, request: BrainRequest, round: number): AsyncIterable<BrainEvent> {
    const prepared = plan.kind === 'answer' && round === 0 ? plan.prepared : undefined;
    return prepared?.adopt(this.#signal) ?? this.#tools.brain.respond(request, this.#signal);
  }

  async #round(events: AsyncIterable<BrainEvent>): Promise<Round> {
    const splitter = new SentenceSplitter();
    const said: string[] = [];
    const wishes: ToolWish[] = [];
    let hangUp = false;
    for await (const event of untilAborted(events, this.#signal)) {
      if (event.type === 'text' && event.uninterruptible) {
        await this.#say(splitter.flush(), said);
        await this.#say([...splitter.push(event.text), ...splitter.flush()], said, uninterruptible);
      } else if (event.type === 'text') await this.#say(splitter.push(event.text), said);
      else if (event.type === 'retract') splitter.reset();
      else if (event.type === 'tool-call') wishes.push(event);
      else if (event.type === 'hang-up') hangUp = true;
      else this.#tell(event);
      if (this.#characters > LONGEST_REPLY_CHARACTERS) return { said: said.join(' '), wishes: [], hangUp };
    }
    await this.#say(splitter.flush(), said);
    return { said: said.join(' '), wishes, hangUp };
  }

  async #say(sentences: readonly string[], said: string[], mark = asItIs): Promise<void> {
    for (const sentence of sentences) {
      said.push(sentence);
      this.#characters += sentence.length;
      await this.#speaker.say(mark(sentence));
    }
  }

  #tell(event: Exclude<BrainEvent, { type: 'text' | 'retract' | 'tool-call' | 'hang-up' }>): void {
    if (event.type === 'expect') this.#expect(event.expectation);
    else if (event.type === 'usage') this.#tools.onUsage(event);
    else this.#tools.dispatch({ type: 'outcome', reply: this.#reply, outcome: event.outcome });
  }

  #expect(expectation: Expectation): void {
    const { kind, keysInterrupt } = expectation;
    const keys = keysInterrupt === undefined ? {} : { keysInterrupt };
    this.#tools.dispatch({ type: 'expect', reply: this.#reply, kind, ...keys });
    this.#tools.onExpect(expectation);
  }

  /** Tools that have begun go on to their end, and are told to the call, whatever becomes of this reply. */
  async #runTools(wishes: readonly ToolWish[]): Promise<readonly ToolExchange[]> {
    const { dispatch, toolbox } = this.#tools;
    dispatch({ type: 'tool-start', reply: this.#reply });
    const running = toolbox.run(wishes).then((exchanges) => {
      dispatch({ type: 'tool-end', of: this.#reply, exchanges });
      return exchanges;
    });
    const exchanges = await orAborted(running, this.#signal);
    this.#signal.throwIfAborted();
    return exchanges;
  }
}

const asItIs = (sentence: string): Line => sentence;

/** The sentences that were not heard to their end; of words that were all heard the last, which mostly asks something. */
function unheard(text: string, heard: string): readonly string[] {
  const sentences = sentencesIn(text);
  let end = -1;
  const first = sentences.findIndex((sentence) => {
    end += sentence.length + 1;
    return end > heard.length;
  });
  return first < 0 ? sentences.slice(-1) : sentences.slice(first);
}

function sentencesIn(text: string): readonly string[] {
  const splitter = new SentenceSplitter();
  return [...splitter.push(text), ...splitter.flush()];
}

/** Hands over nothing that arrives after the abort, even from a brain that does not watch its signal. */
async function* untilAborted(events: AsyncIterable<BrainEvent>, signal: AbortSignal): AsyncGenerator<BrainEvent> {
  for await (const event of events) {
    signal.throwIfAborted();
    yield event;
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
