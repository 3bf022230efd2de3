/** One turn of a conversation in writing, through the brain that serves calls. */
import { randomUUID } from 'node:crypto';
import type { AgentRuntime } from '../../call/agent-runtime.ts';
import { ProviderError } from '../../core/errors.ts';
import type { BrainEvent, BrainSession, HistoryTurn, ToolExchange } from '../../providers/contracts.ts';
import { textOf } from '../../text/line.ts';
import { ApiRefusal } from '../handler.ts';
import { refuseFields } from '../values.ts';

export interface ChatTurn {
  readonly who: 'caller' | 'agent';
  readonly text: string;
}

export interface ChatAnswer {
  text: string;
  ends: boolean;
  readonly tools: { name: string; arguments: string }[];
}

const BUDGET_MS = 30_000;
/** What a model is told of a tool that it asked for. */
const NOT_RUN = '{"ok":true,"note":"This is a test in writing: the tool was not run. Go on as if it had succeeded."}';

/** Without turns the agent greets. Throws `ApiRefusal` when the brain fails, or nothing is to be answered. */
export async function chat(agent: AgentRuntime, turns: readonly ChatTurn[]): Promise<ChatAnswer> {
  if (turns.at(-1)?.who === 'agent') throw refuseFields({ turns: 'must end with what the caller says' });
  const { brain, instructions, language } = agent.options;
  const session = brain.open({
    callSid: `chat-${randomUUID()}`,
    language,
    ...(instructions === undefined ? {} : { instructions }),
    tools: agent.toolDescriptions,
  });
  const answer: ChatAnswer = { text: '', ends: false, tools: [] };
  try {
    await converse(session, { agent, turns, answer });
    return answer;
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await session.close();
  }
}

interface Conversation {
  readonly agent: AgentRuntime;
  readonly turns: readonly ChatTurn[];
  readonly answer: ChatAnswer;
}

async function converse(session: BrainSession, { agent, answer, turns }: Conversation): Promise<void> {
  const signal = AbortSignal.timeout(BUDGET_MS);
  const greeting = agent.greeting.map(textOf).join(' ').trim();
  const opening = turns.length === 0;
  const history: readonly HistoryTurn[] = opening && greeting !== '' ? [{ who: 'agent', text: greeting }] : turns;
  if (opening) answer.text = greeting === '' ? '' : `${greeting} `;
  const asked = await read(session.respond({ reply: turns.length + 1, opening, history }, signal), answer);
  if (asked.length > 0) {
    const said: readonly HistoryTurn[] = [...history, { who: 'tool', exchanges: asked }];
    const request = { reply: turns.length + 2, opening: false, history: said, toolsAllowed: false };
    await read(session.respond(request, signal), answer);
  }
  answer.text = answer.text.trim();
}

/** Adds to the answer; resolves with the tools that were asked for. */
async function read(events: AsyncIterable<BrainEvent>, answer: ChatAnswer): Promise<readonly ToolExchange[]> {
  const exchanges: ToolExchange[] = [];
  for await (const event of events) {
    if (event.type === 'text') answer.text += event.text;
    if (event.type === 'retract') answer.text = wholeSentences(answer.text);
    if (event.type === 'hang-up') answer.ends = true;
    if (event.type !== 'tool-call') continue;
    const { arguments: given, id, name } = event;
    answer.tools.push({ name, arguments: given });
    exchanges.push({ id, name, arguments: given, result: NOT_RUN });
  }
  return exchanges;
}

/** Another brain goes on behind the last sentence that was whole. */
const wholeSentences = (text: string): string => /^.*[.!?…]["'”]?\s/su.exec(text)?.[0] ?? '';

function refusalOf(error: unknown): unknown {
  if (error instanceof ProviderError) {
    return new ApiRefusal(503, 'brain-failed', `The brain failed (${error.code}).`);
  }
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return isLate ? new ApiRefusal(503, 'brain-slow', `The brain took more than ${BUDGET_MS / 1_000} s.`) : error;
}
