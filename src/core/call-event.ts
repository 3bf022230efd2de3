/**
 * Everything that can happen to a call, as data. The shell stamps each event with `at` (whole milliseconds since the
 * stream started, never going back), writes it to the journal, and hands it to `step`.
 */
import type { CallNote } from './call-note.ts';

/** A line the agent can always say without a brain; its words come from the agent file, per language. */
export type LineName =
  | 'no-input' // the caller said nothing
  | 'not-heard' // speech without words
  | 'filler' // "one moment please"
  | 'cut-in' // the caller has talked for minutes; the agent's answer follows
  | 'person-check' // sound without words, or words of a machine: whether a person is there
  | 'no-person' // none is: the polite end
  | 'apology' // a reply failed; the caller is asked to say it again
  | 'goodbye' // nobody is there: the polite end
  | 'time-limit' // the longest allowed call is over
  | 'resumed' // the line was lost and is back
  | 'returned' // the operator who had taken the call over is gone: the agent goes on
  | 'farewell' // an operator ends the call: the polite end
  | 'failure'; // Kav cannot go on: the apologetic end

/** A line of the agent with a meaning of its own; `consent` tells that the call is recorded. */
export type SpokenName = LineName | 'consent';

/** Why a call ended, for the journal, the log and `/webhook/stream_ended`. */
export type EndReason =
  | 'caller-hung-up'
  | 'agent-finished'
  | 'no-input'
  | 'no-person'
  | 'time-limit'
  | 'replies-failed'
  | 'recogniser-failed'
  | 'socket-lost'
  | 'media-lost'
  | 'internal-error'
  | 'draining'
  | 'operator-hung-up'
  /** The call goes on with a stream of another node, at this node's wish or because it was thought dead. */
  | 'handed-over'
  | 'moved';

export type CallEventBody =
  | { readonly type: 'call-start' }
  /** The call had a stream before this one: no second greeting, and what it knows is still known. */
  | {
      readonly type: 'call-resume';
      readonly turns: readonly Turn[];
      readonly tools: readonly ToolRecord[];
      readonly outcome?: CallOutcome;
      readonly outcomes: number;
      /** What operators have told the agent. */
      readonly notes?: readonly OperatorNote[];
      /** The caller has been told that the call is recorded. */
      readonly isConsentHeard?: true;
      /** Since the call's first stream began. */
      readonly elapsedMs: number;
    }
  /** VAD edge; `since` is when the speech really began. */
  | { readonly type: 'speech-start'; readonly since: number }
  /**
   * There is more than a noise now: enough to take the floor with. Once between start and end. How sure the detector is,
   * 0 … 1, is for the record.
   */
  | { readonly type: 'speech-sustained'; readonly confidence?: number }
  /** VAD edge; `since` is when the silence really began. */
  | { readonly type: 'speech-end'; readonly since: number }
  | { readonly type: 'transcript-partial'; readonly text: string }
  | { readonly type: 'transcript-final'; readonly text: string }
  /**
   * How long the silence after these words must be before the turn is over. Judged by the shell and noted here, so that a
   * journal tells why, and replays even where the rules have changed since.
   */
  | {
      readonly type: 'endpoint-judged';
      readonly words: string;
      /** What the agent had asked for. */
      readonly expects: string;
      readonly waitMs: number;
      readonly ending: 'complete' | 'open' | 'unfinished';
      readonly reasons: readonly string[];
    }
  | { readonly type: 'recogniser-lost'; readonly code: string }
  | { readonly type: 'digit'; readonly digit: string }
  /** What the agent asks for from now on, and whether pressed keys stop it while it still asks. */
  | { readonly type: 'expect'; readonly reply: number; readonly kind: string; readonly keysInterrupt?: boolean }
  /** A sentence was cut from the brain's text and asked of the voice; `uninterruptible` as below. */
  | {
      readonly type: 'voice-request';
      readonly reply: number;
      readonly text: string;
      readonly uninterruptible?: true;
    }
  /**
   * The first audio of a sentence is queued; `line` when it is one of the fixed lines, `uninterruptible` when the caller
   * must hear all of it.
   */
  | {
      readonly type: 'sentence-start';
      readonly reply: number;
      readonly text: string;
      readonly line?: SpokenName;
      readonly uninterruptible?: true;
    }
  /** All audio of the newest unfinished sentence is queued. */
  | { readonly type: 'sentence-end'; readonly reply: number; readonly audioMs: number }
  /** The reply is complete: nothing more will be queued for it. */
  | { readonly type: 'reply-end'; readonly reply: number; readonly hangUp: boolean }
  | { readonly type: 'reply-error'; readonly reply: number; readonly code: string }
  /** The brain asked for tools, which now run: they may take a while, and what they do is done. */
  | { readonly type: 'tool-start'; readonly reply: number }
  /** The tools of one round have ended; told even when the reply that asked for them was interrupted meanwhile. */
  | { readonly type: 'tool-end'; readonly of: number; readonly exchanges: readonly ToolExchange[] }
  /** A short account of the first `turns` entries of the history, that can stand for them. */
  | { readonly type: 'summary'; readonly text: string; readonly turns: number }
  /** Without a `reply` it comes from a tool, whose work stands whatever becomes of the reply. */
  | { readonly type: 'outcome'; readonly reply?: number; readonly outcome: CallOutcome }
  /** The first frame after a silence has been sent; `fromMs` of the reply, when it goes on after a pause. */
  | { readonly type: 'playout-start'; readonly reply: number; readonly fromMs?: number }
  /** All that was sent, `sentMs` of this reply, has had its time: the caller hears silence from now. */
  | { readonly type: 'playout-dry'; readonly reply: number; readonly sentMs: number }
  /** Twilio's echo of a mark: `playedMs` of this reply have been played, or flushed if the generation is old. */
  | {
      readonly type: 'mark';
      readonly reply: number;
      readonly generation: number;
      readonly playedMs: number;
      readonly last: boolean;
    }
  | { readonly type: 'deadline' }
  /** Somebody outside ends the call politely: drain, an operator. */
  | { readonly type: 'end-request'; readonly reason: EndReason }
  /** The agent is to say exactly this, as soon as nobody speaks and nobody is owed an answer. */
  | { readonly type: 'operator-say'; readonly by: string; readonly text: string }
  /** Only the agent is told, from its next answer on. */
  | { readonly type: 'operator-note'; readonly by: string; readonly text: string }
  /** The agent falls silent at once, and an operator speaks with the caller. */
  | { readonly type: 'take-over'; readonly by: string }
  /** The operator has spoken; without words, because nobody writes down what operators say. */
  | { readonly type: 'operator-spoke'; readonly from: number; readonly to: number }
  /** The agent goes on; `away` when the operator did not say so, but was gone. */
  | { readonly type: 'give-back'; readonly away?: true }
  /** Another node is to go on with the call: at the next border between turns, at the latest after `withinMs`. */
  | { readonly type: 'hand-over'; readonly withinMs: number }
  /** The media stream is gone. */
  | { readonly type: 'stream-end'; readonly reason: EndReason }
  | CallNote;

export type CallEvent = CallEventBody & { readonly at: number };

/** One use of a tool by the brain. `arguments` and `result` are JSON, as the model wrote and read them. */
export interface ToolExchange {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly result: string;
  readonly failed?: true;
}

/** Tools that were used when the transcript had `after` turns. */
export interface ToolRecord {
  readonly after: number;
  readonly exchanges: readonly ToolExchange[];
}

/** What an operator told the agent when the transcript had `after` turns. */
export interface OperatorNote {
  readonly after: number;
  readonly text: string;
}

/** What a flow or a tool gathered. */
export interface CallOutcome {
  readonly status: 'completed' | 'abandoned';
  readonly flow: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** What Twilio's caller could be told about the agent; the three names are part of the log contract. */
export type FloorState = 'LISTENING' | 'THINKING' | 'SPEAKING';

/**
 * One finished turn. `text` is what was said or heard; `intended` is there when an agent turn was cut short. What an operator
 * had the agent say is the operator's; what an operator said is `OPERATOR_SPOKE`.
 */
export interface Turn {
  readonly who: 'caller' | 'agent' | 'operator';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly interrupted?: true;
  readonly intended?: string;
  /** Whether a person is there, asked or answered: no part of what the call is about, and nothing for the brain. */
  readonly aside?: true;
}

/** Stands for the words of an operator who spoke with the caller. */
export const OPERATOR_SPOKE = '[operator]';

export type CallEffect =
  /** Speak the greeting, then whatever the brain opens with. */
  | { readonly type: 'greeting-start'; readonly reply: number }
  /** Say that the line was lost, then what the brain asks again, or else what of the agent's last words was not heard. */
  | { readonly type: 'resume-start'; readonly reply: number; readonly repeat: string; readonly heard: string }
  /** Ask the brain for an answer to the transcript, which ends with the caller's turn. */
  | { readonly type: 'answer-start'; readonly reply: number; readonly resumed?: true }
  /**
   * Begin, ahead of the decision, what will probably be reply `reply`: an answer to `words`. Nothing of it may be heard,
   * and no tool of it may run, before its `answer-start`.
   */
  | { readonly type: 'answer-prepare'; readonly reply: number; readonly words: string }
  /** The caller goes on: what was prepared is not wanted. */
  | { readonly type: 'answer-drop'; readonly reply: number }
  /** The first `turns` entries of the history should be told in brief, so that requests stay small. */
  | { readonly type: 'summary-start'; readonly turns: number }
  /** Say exactly this as a reply of its own. */
  | { readonly type: 'say-start'; readonly reply: number; readonly text: string }
  /** Nothing of the agent is heard any more: the operator's voice is, until the `operator-end`. */
  | { readonly type: 'operator-start'; readonly by: string }
  | { readonly type: 'operator-end'; readonly by: string }
  /** Say one fixed line as a reply of its own. */
  | { readonly type: 'line-start'; readonly reply: number; readonly line: LineName }
  /** Queue a fixed line into the reply that is being waited for. */
  | { readonly type: 'filler-play'; readonly reply: number }
  /** Abort the brain and the voice of this reply; no audio of it may be queued any more. */
  | { readonly type: 'reply-cancel'; readonly reply: number }
  /** Empty our queue and Twilio's; `generation` names the marks from now on. */
  | { readonly type: 'playout-clear'; readonly reply: number; readonly generation: number }
  /**
   * Fall silent and keep what is queued: the caller may be taking the floor. `heardMs` of the reply were heard, and
   * `generation` names the marks from now on.
   */
  | { readonly type: 'playout-pause'; readonly reply: number; readonly generation: number; readonly heardMs: number }
  /** Go on where the caller last heard the reply. */
  | { readonly type: 'playout-resume'; readonly reply: number }
  /** A fact for the record. */
  | { readonly type: 'turn-finished'; readonly turn: Turn }
  /** The caller has heard to its end that the call is recorded. */
  | { readonly type: 'consent-heard' }
  | { readonly type: 'state-change'; readonly state: FloorState }
  | { readonly type: 'barge-in'; readonly reply: number; readonly heardMs: number }
  /** Close the stream from our side; Twilio then asks `/webhook/stream_ended`. */
  | { readonly type: 'hang-up'; readonly reason: EndReason }
  /** Let go of everything: the last effect of every call. */
  | { readonly type: 'call-close'; readonly reason: EndReason };
