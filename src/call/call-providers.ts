/**
 * The sessions of one call with those who hear, think and speak for it. They are opened when the call is announced, so
 * that their connections are warm when it begins, and thrown away if it never does.
 */
import type { BrainSession, SpeechEvent, SpeechToTextSession, TextToSpeechSession } from '../providers/contracts.ts';
import type { AgentRuntime } from './agent-runtime.ts';

export class CallProviders {
  readonly stt: SpeechToTextSession;
  readonly tts: TextToSpeechSession;
  readonly brain: BrainSession;
  /** What the recogniser said before anybody listened: with no audio yet, only that it is lost. */
  #early: SpeechEvent[] = [];
  #onSpeech: (event: SpeechEvent) => void = (event) => this.#early.push(event);
  #closing: Promise<void> | undefined;

  constructor(agent: AgentRuntime, callSid: string) {
    const { brain, instructions, language, stt, tts, voice } = agent.options;
    this.stt = stt.open({ callSid, language, onEvent: (event) => this.#onSpeech(event) });
    this.tts = tts.open({ callSid, language, ...(voice === undefined ? {} : { voice }) });
    this.brain = brain.open({
      callSid,
      language,
      ...(instructions === undefined ? {} : { instructions }),
      tools: agent.toolDescriptions,
    });
  }

  /** From now on the recogniser's events go to the call. */
  listen(onSpeech: (event: SpeechEvent) => void): void {
    this.#onSpeech = onSpeech;
    for (const event of this.#early.splice(0)) onSpeech(event);
  }

  /** Idempotent. Rejects with the first failure when all three have been let go of. */
  close(): Promise<void> {
    this.#closing ??= closeAll([this.stt, this.tts, this.brain]);
    return this.#closing;
  }
}

async function closeAll(sessions: readonly { close(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(sessions.map((session) => session.close()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
