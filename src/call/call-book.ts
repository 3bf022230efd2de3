/** The calls that a node remembers, and the tokens of their streams. */
import type { Clock } from '../core/clock.ts';
import type { CallRecord } from './call-record.ts';
import type { IncomingCall, StreamStart } from './desk.ts';
import { type StreamTicket, type StreamTokens, TOKEN_LIFETIME_MS, type TokenRefusal } from './stream-tokens.ts';

export interface CallBookOptions {
  readonly clock: Clock;
  readonly tokens: StreamTokens;
  /** Wall-clock time. */
  readonly date: () => Date;
}

export type Presented =
  | { readonly type: 'ours'; readonly record: CallRecord; readonly ticket: StreamTicket }
  /** Announced by another node, or by a process before this one. */
  | { readonly type: 'foreign'; readonly ticket: StreamTicket; readonly isLate: boolean }
  | { readonly type: 'refused'; readonly reason: TokenRefusal | 'call-busy' };

/** How long an ended, or never started, call is remembered for late and repeated callbacks. */
const REMEMBER_MS = 10 * 60_000;

export class CallBook {
  readonly #o: CallBookOptions;
  readonly #records = new Map<string, CallRecord>();

  constructor(options: CallBookOptions) {
    this.#o = options;
  }

  get size(): number {
    return this.#records.size;
  }

  get(callSid: string): CallRecord | undefined {
    return this.#records.get(callSid);
  }

  /** A new record with the token of its stream `attempt`; it takes the place of an older one of the same call. */
  add(call: IncomingCall, attempt: number): CallRecord {
    const record = { call, openedAt: this.#o.clock.now(), attempt, token: '', issuedAt: 0, used: false };
    this.issue(record, attempt);
    this.#records.delete(call.callSid);
    this.#records.set(call.callSid, record);
    return record;
  }

  remove(callSid: string): void {
    this.#records.delete(callSid);
  }

  issue(record: CallRecord, attempt: number): void {
    const { clock, date, tokens } = this.#o;
    record.attempt = attempt;
    record.used = false;
    record.issuedAt = clock.now();
    record.token = tokens.issue({ ...record.call, attempt, issuedAt: date().getTime() });
  }

  /** Uses up the token that a stream brings, if it is one of ours. */
  present(start: StreamStart): Presented {
    const checked = this.#o.tokens.check(start.token, start);
    if (!checked.ok) return { type: 'refused', reason: checked.reason };
    const { ticket } = checked;
    const record = this.#records.get(start.callSid);
    if (record?.session) return { type: 'refused', reason: record.used ? 'token-used' : 'call-busy' };
    if (!record || record.attempt < ticket.attempt || (record.isElsewhere && !record.used)) {
      const age = this.#o.date().getTime() - ticket.issuedAt;
      return { type: 'foreign', ticket, isLate: age >= TOKEN_LIFETIME_MS };
    }
    if (ticket.attempt < record.attempt || record.used) return { type: 'refused', reason: 'token-used' };
    if (this.#o.clock.now() - record.issuedAt >= TOKEN_LIFETIME_MS) return { type: 'refused', reason: 'token-expired' };
    record.used = true;
    return { type: 'ours', record, ticket };
  }

  /** Records are kept in the order of opening, so the old ones come first. */
  forgetOld(): void {
    const before = this.#o.clock.now() - REMEMBER_MS;
    for (const [callSid, { openedAt, session }] of this.#records) {
      if (openedAt > before) return;
      if (!session) this.#records.delete(callSid);
    }
  }

  clear(): void {
    this.#records.clear();
  }
}
