/** A call as spans: one for the call, one for each reply, and under it the providers and tools that it needed. */
import type { CallEffect, CallEvent, EndReason } from '../core/call-event.ts';
import type { Span, Traces } from '../observe/traces.ts';
import type { EndedRequest } from '../providers/metered.ts';
import type { ToolEnd } from './toolbox.ts';

export interface TracedCall {
  readonly callSid: string;
  readonly streamSid: string;
  readonly agent: string;
}

/** What begins a reply. */
const STARTS = {
  'greeting-start': 'greeting',
  'resume-start': 'resume',
  'answer-start': 'answer',
  'line-start': 'line',
  'say-start': 'say',
} as const;

export class CallTrace {
  readonly #call: Span;
  #turn: { readonly reply: number; readonly span: Span } | undefined;
  #speechEnd: number | undefined;

  constructor(traces: Traces, { agent, callSid, streamSid }: TracedCall) {
    this.#call = traces.start('call', { 'kav.call_sid': callSid, 'kav.stream_sid': streamSid, 'kav.agent': agent });
  }

  get traceId(): string | undefined {
    return this.#call.traceId;
  }

  /** Feed it every step in order. */
  take(event: CallEvent, effects: readonly CallEffect[]): void {
    if (event.type === 'speech-end') this.#speechEnd = event.since;
    if (event.type === 'reply-error' && event.reply === this.#turn?.reply) {
      this.#endTurn({ 'kav.end': 'error', 'kav.code': event.code }, true);
    }
    for (const effect of effects) {
      if (effect.type === 'barge-in') this.#endTurn({ 'kav.end': 'interrupted', 'kav.heard_ms': effect.heardMs });
      else if (effect.type === 'reply-cancel') this.#endTurn({ 'kav.end': 'cancelled' });
      else if (effect.type === 'turn-finished' && effect.turn.who !== 'caller') this.#endTurn({ 'kav.end': 'played' });
      else if (effect.type in STARTS)
        this.#begin(effect as Extract<CallEffect, { type: keyof typeof STARTS }>, event.at);
    }
  }

  provider({ code, end, firstMs, ms, operation, provider }: EndedRequest): void {
    const attributes = { 'kav.provider': provider, 'kav.operation': operation, 'kav.end': end };
    const span = this.#parent.child(`${operation} ${provider}`, attributes, { agoMs: ms });
    const first = firstMs === undefined ? {} : { 'kav.first_ms': Math.round(firstMs) };
    span.end({ ...first, ...(code === undefined ? {} : { 'kav.code': code }) }, end === 'failed');
  }

  tool({ failed, ms, name }: ToolEnd): void {
    this.#parent.child(`tool ${name}`, { 'kav.tool': name }, { agoMs: ms }).end({}, failed);
  }

  end(reason: EndReason): void {
    this.#endTurn({ 'kav.end': 'call-over' });
    this.#call.end({ 'kav.reason': reason }, FAILED.has(reason));
  }

  get #parent(): Span {
    return this.#turn?.span ?? this.#call;
  }

  #begin(effect: Extract<CallEffect, { type: keyof typeof STARTS }>, at: number): void {
    this.#endTurn({ 'kav.end': 'replaced' });
    const kind = STARTS[effect.type];
    const attributes = { 'kav.reply': effect.reply, 'kav.kind': effect.type === 'line-start' ? effect.line : kind };
    // The caller has waited since the end of what is being answered.
    const waited = kind === 'answer' && this.#speechEnd !== undefined ? { agoMs: at - this.#speechEnd } : {};
    this.#turn = { reply: effect.reply, span: this.#call.child('turn', attributes, waited) };
  }

  #endTurn(attributes: Parameters<Span['end']>[0], failed = false): void {
    this.#turn?.span.end(attributes, failed);
    this.#turn = undefined;
  }
}

const FAILED: ReadonlySet<EndReason> = new Set([
  'replies-failed',
  'recogniser-failed',
  'socket-lost',
  'media-lost',
  'internal-error',
]);
