/** Kav's desk for one call, as the server has it in production, with the evaluation's providers in its agent. */
import { defaultLines } from '../../src/call/agent-lines.ts';
import { AgentRuntime } from '../../src/call/agent-runtime.ts';
import { noFacts } from '../../src/call/call-facts.ts';
import { createSoloCluster } from '../../src/call/cluster.ts';
import type { JournalEntry, JournalHead } from '../../src/call/journal.ts';
import { StreamTokens } from '../../src/call/stream-tokens.ts';
import { Switchboard } from '../../src/call/switchboard.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Log } from '../../src/observe/log.ts';
import { createScriptedBrain } from './brain.ts';
import { createOracle } from './oracle.ts';
import type { CallPlan } from './plan.ts';
import type { SharedParts } from './shared-parts.ts';
import { createBabbleVoice } from './voice.ts';
import type { Witness } from './witness.ts';

export interface EvalDeskOptions {
  readonly clock: Clock;
  readonly plan: CallPlan;
  readonly witness: Witness;
  readonly parts: SharedParts;
}

export interface EvalDesk {
  readonly desk: Switchboard;
  /** Of the one call, once it has begun. */
  readonly head: () => JournalHead | undefined;
  readonly entries: readonly JournalEntry[];
  close(): Promise<void>;
}

export async function openEvalDesk(options: EvalDeskOptions): Promise<EvalDesk> {
  const { clock, parts } = options;
  const { detectors, metrics, vadRms } = parts;
  const runtime = createRuntime(options);
  await runtime.prepare();
  const entries: JournalEntry[] = [];
  let head: JournalHead | undefined;
  const desk = new Switchboard({
    clock,
    agent: runtime,
    // Entries are kept as they are: the core never changes an event or an effect.
    journals: {
      open: (opened) => {
        head = opened;
        return { write: (entry) => void entries.push(entry), close: async () => {} };
      },
    },
    log: silentLog,
    metrics,
    version: 'eval',
    detectors,
    vadRms,
    mostCalls: 2,
    accountSid: undefined,
    tokens: new StreamTokens(['evaluation']),
    cluster: createSoloCluster('evaluation'),
    facts: { log: noFacts, tenant: 'default', node: 'evaluation', date: () => new Date(0) },
  });
  const close = async (): Promise<void> => {
    await desk.close();
    await runtime.close();
  };
  return { desk, head: () => head, entries, close };
}

function createRuntime({ clock, parts, plan, witness }: EvalDeskOptions): AgentRuntime {
  const { brainMs, sttFinalMs, sttPartialMs, voiceMs } = parts.delays;
  const { greeting, language, msPerCharacter } = plan;
  return new AgentRuntime({
    name: 'Evaluation',
    language,
    greeting,
    lines: defaultLines(language),
    tools: {},
    settings: parts.callSettings,
    stt: createOracle({ clock, wordsOf: () => witness.words, partialMs: sttPartialMs, finalMs: sttFinalMs }),
    brain: createScriptedBrain({ clock, plan, witness, firstTokenMs: brainMs }),
    tts: createBabbleVoice({ clock, witness, firstByteMs: voiceMs, msPerCharacter }),
  });
}

export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
