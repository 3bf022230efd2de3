/** Each step of a call as a sentence, where there is something to tell. */
import type { JournalEntry } from '../call/journal.ts';
import { type CallEffect, type CallEvent, OPERATOR_SPOKE } from '../core/call-event.ts';
import { type CallNote, isNote } from '../core/call-note.ts';
import { length } from './story.ts';

/** What happened, and what was made of it; marks and repeats leave none. */
export function sentencesOf({ effects, event }: JournalEntry): readonly string[] {
  const told = isNote(event) ? ofNote(event) : ofEvent(event);
  return [...(told === undefined ? [] : [told]), ...effects.flatMap((effect) => ofEffect(effect, event) ?? [])];
}

function ofEvent(event: Exclude<CallEvent, CallNote>): string | undefined {
  switch (event.type) {
    case 'call-start':
      return 'The stream began.';
    case 'call-resume':
      return `The stream went on with a call that had ${event.turns.length} turns.`;
    case 'speech-start':
      return `The caller began to speak, ${length(event.at - event.since)} before this was certain.`;
    case 'speech-sustained':
      return `It was more than a noise${event.confidence === undefined ? '' : ` (confidence ${event.confidence})`}.`;
    case 'speech-end':
      return `The caller fell silent, ${length(event.at - event.since)} before this was certain.`;
    case 'transcript-partial':
      return `Words so far: "${event.text}".`;
    case 'transcript-final':
      return event.text === '' ? 'The recogniser understood no words.' : `The recogniser's words: "${event.text}".`;
    case 'endpoint-judged':
      return verdict(event);
    case 'recogniser-lost':
      return `The recogniser is lost (${event.code}).`;
    case 'digit':
      return `The caller pressed ${event.digit}.`;
    case 'expect':
      return `From now on the agent expects ${event.kind}.`;
    case 'voice-request':
      return `A sentence was asked of the voice: "${event.text}".`;
    case 'sentence-start':
      return `Its first audio was there${event.line ? ` (line: ${event.line})` : ''}: "${event.text}".`;
    case 'reply-end':
      return event.hangUp ? 'The reply is complete, and the call ends with it.' : 'The reply is complete.';
    case 'reply-error':
      return `The reply failed (${event.code}).`;
    case 'tool-start':
      return 'The brain asked for tools, and waits for them.';
    case 'tool-end':
      return `The tools ended: ${event.exchanges.map(({ failed, name }) => `${name}${failed ? ' FAILED' : ''}`).join(', ')}.`;
    case 'playout-start':
      return event.fromMs === undefined
        ? 'The first frame went out.'
        : `Frames go out again, from ${length(event.fromMs)} of the reply.`;
    case 'playout-dry':
      return `All that was sent, ${length(event.sentMs)}, has had its time: the line is silent.`;
    case 'mark':
      return event.last ? `The last mark came back: ${length(event.playedMs)} were played.` : undefined;
    case 'end-request':
      return `Somebody ended the call (${event.reason}).`;
    case 'operator-say':
      return `${event.by} wants this said: "${event.text}".`;
    case 'operator-note':
      return `${event.by} told the agent, unheard by the caller: "${event.text}".`;
    case 'take-over':
      return `${event.by} asked for the call.`;
    case 'operator-spoke':
      return `The operator spoke for ${length(event.to - event.from)}.`;
    case 'give-back':
      return event.away ? 'The operator was gone.' : 'The operator gave the call back.';
    case 'hand-over':
      return 'Another node is to go on with the call.';
    case 'stream-end':
      return `The stream ended (${event.reason}).`;
    default:
      return undefined; // a sentence's end, a deadline, an outcome, a summary: what they bring about is told
  }
}

function verdict({ ending, expects, reasons, waitMs }: Extract<CallEvent, { type: 'endpoint-judged' }>): string {
  const why = reasons.length === 0 ? '' : ` because of ${reasons.join(', ')}`;
  const asked = expects === '' || expects === 'open' ? '' : `; the agent had asked for ${expects}`;
  return `Verdict on the pause: the words look ${ending}, so ${waitMs} ms of silence end the turn${why}${asked}.`;
}

function ofNote(note: CallNote): string {
  switch (note.type) {
    case 'provider-answer':
      return `${note.provider} (${note.operation}) gave its first result after ${length(note.afterMs)}.`;
    case 'provider-failed':
      return `${note.provider} (${note.operation}) failed (${note.code}).`;
    case 'provider-switched':
      return `${note.to} took over from ${note.from} (${note.operation}).`;
    case 'provider-reconnected':
      return `${note.provider} was connected anew and heard the last ${length(note.replayedMs)} again.`;
    case 'provider-breaker':
      return `The breaker of ${note.provider} (${note.operation}) is ${note.state}.`;
    case 'media-gap':
      return `The carrier left out ${length(note.gapMs)} of audio in ${note.gaps} gaps.`;
    case 'media-silent':
      return `The carrier has sent nothing for ${length(note.silentMs)}.`;
    case 'playout-underrun':
      return `Kav was late by up to ${length(note.lateMs)} beyond its lead, ${note.times} times: the caller heard a gap.`;
    case 'process-late':
      return `The process woke ${length(note.lateMs)} late.`;
    case 'stream-error':
      return `Twilio told of a stream-error${note.code === undefined ? '' : ` (${note.code})`}.`;
    case 'cost':
      return `The call cost ${note.total} ${note.currency} by the price list.`;
    case 'call-bug':
      return `A fault of Kav's own: ${note.error}.`;
  }
}

function ofEffect(effect: CallEffect, event: CallEvent): string | undefined {
  switch (effect.type) {
    case 'greeting-start':
      return '→ The greeting begins.';
    case 'resume-start':
      return '→ The agent says that the line was lost, and takes the talk up.';
    case 'answer-start':
      return `→ Decision: the turn is over, the caller is answered${event.type === 'deadline' ? ' (the silence has lasted)' : ''}.`;
    case 'answer-prepare':
      return `→ An answer is begun ahead of the decision, to "${effect.words}".`;
    case 'answer-drop':
      return '→ What was begun ahead is dropped: the caller goes on.';
    case 'say-start':
      return `→ The agent says what an operator wanted said: "${effect.text}".`;
    case 'operator-start':
      return `→ The agent falls silent, and ${effect.by} speaks with the caller.`;
    case 'operator-end':
      return `→ ${effect.by} no longer speaks with the caller.`;
    case 'line-start':
      return `→ The agent says a fixed line: ${effect.line}.`;
    case 'filler-play':
      return '→ Nothing has been heard for a while: a filler is played.';
    case 'reply-cancel':
      return '→ The reply is cancelled.';
    case 'playout-pause':
      return `→ The agent falls silent to hear whether the caller takes the floor; ${length(effect.heardMs)} had been heard.`;
    case 'playout-resume':
      return `→ It was no interruption (${whyResumed(event)}): the agent goes on where it was heard.`;
    case 'barge-in':
      return `→ Barge-in: the caller takes the floor (${whyTaken(event)}); ${length(effect.heardMs)} had been heard.`;
    case 'turn-finished':
      return finished(effect.turn);
    case 'hang-up':
      return `→ Kav hangs up (${effect.reason}).`;
    case 'call-close':
      return `→ The call is over (${effect.reason}).`;
    default:
      return undefined;
  }
}

function finished({ interrupted, text, who }: Extract<CallEffect, { type: 'turn-finished' }>['turn']): string {
  if (who === 'caller') return `→ For the record, the caller said: "${text}".`;
  if (text === OPERATOR_SPOKE) return '→ For the record, the operator spoke.';
  return `→ For the record, the caller heard${interrupted ? ', before the cut' : ''}: "${text}".`;
}

function whyResumed(event: CallEvent): string {
  if (event.type === 'transcript-final') return event.text === '' ? 'no words' : `only "${event.text}"`;
  if (event.type === 'transcript-partial') return "the agent's own words came back";
  if (event.type === 'deadline') return 'no words in time';
  return event.type;
}

function whyTaken(event: CallEvent): string {
  if (event.type === 'transcript-partial' || event.type === 'transcript-final') return `words: "${event.text}"`;
  if (event.type === 'deadline') return 'the speech lasted';
  return event.type === 'digit' ? 'a key was pressed' : event.type;
}
