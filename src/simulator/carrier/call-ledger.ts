import type { View } from '../live-view.ts';
import { createStats, type Phone, type PhoneEnd, type PhoneStats, type StreamWarning } from '../phone.ts';
import type { CallReport, Complaint } from '../report.ts';
import type { Problem } from './problem.ts';

export interface Recordings {
  readonly caller: Uint8Array;
  readonly agent: Uint8Array;
}

/** What is noted down while a call is carried, over all of its streams, and shown as it comes. */
export class CallLedger {
  readonly complaints: Complaint[] = [];
  readonly remarks: string[] = [];
  readonly spokenByTwilio: string[] = [];
  readonly stats: PhoneStats = createStats();
  streamSid: string | undefined;
  /** How long the first document and the first upgrade took. */
  twimlMs: number | undefined;
  upgradeMs: number | undefined;
  endedBy: CallReport['endedBy'] = 'nobody';
  /** Audio time of all streams; whole frames. */
  durationMs = 0;
  readonly #view: View | undefined;
  readonly #recordings: Recordings[] = [];

  constructor(view: View | undefined) {
    this.#view = view;
  }

  get hasError(): boolean {
    return this.complaints.some(({ level }) => level === 'error');
  }

  /** Undefined when no stream was opened. */
  get recordings(): Recordings | undefined {
    if (this.#recordings.length === 0) return undefined;
    return {
      caller: Buffer.concat(this.#recordings.map(({ caller }) => caller)),
      agent: Buffer.concat(this.#recordings.map(({ agent }) => agent)),
    };
  }

  complain(problem: Problem): void {
    this.complaints.push(problem);
    this.#view?.show({ type: 'complaint', text: `${problem.code} ${problem.message}` });
  }

  /** The phone keeps its warnings and their counts; here they are only shown. */
  showWarning({ code, message, atMs, level }: StreamWarning): void {
    if (level === 'note') return;
    const text = code === undefined ? message : `${code} ${message}`;
    this.#view?.show({ type: 'complaint', at: this.durationMs + atMs, text });
  }

  remark(remark: string, atMs?: number): void {
    this.remarks.push(remark);
    this.#view?.show({ type: 'notice', text: remark, ...(atMs === undefined ? {} : { at: atMs }) });
  }

  spoken(text: string): void {
    this.spokenByTwilio.push(text);
    this.#view?.show({ type: 'notice', text: `Twilio's voice: ${text}` });
  }

  answered(text: string, tookMs: number): void {
    this.twimlMs ??= tookMs;
    this.#view?.show({ type: 'notice', text: `${text} in ${Math.round(tookMs)} ms` });
  }

  streamOpened(streamSid: string, tookMs: number): void {
    this.streamSid = streamSid;
    this.upgradeMs ??= tookMs;
    this.#view?.show({ type: 'notice', text: `stream open in ${Math.round(tookMs)} ms`, at: this.durationMs });
  }

  streamClosed(phone: Phone, end: PhoneEnd): void {
    const { stats } = phone;
    for (const { level, code, message, atMs, kind } of phone.warnings) {
      const count = phone.countOf(kind);
      this.complaints.push({
        level,
        message,
        atMs: this.durationMs + atMs,
        count,
        ...(code === undefined ? {} : { code }),
      });
    }
    this.#view?.show({
      type: 'notice',
      at: this.durationMs + end.atMs,
      text: end.by === 'caller' ? 'the caller hangs up' : `the server closed the stream (${end.code ?? 1005})`,
    });
    this.durationMs += stats.framesSent * 20;
    this.stats.framesSent += stats.framesSent;
    this.stats.mediaReceived += stats.mediaReceived;
    this.stats.audioMsReceived += stats.audioMsReceived;
    this.stats.marksReceived += stats.marksReceived;
    this.stats.clearsReceived += stats.clearsReceived;
    this.stats.underruns += stats.underruns;
    this.stats.jitter.merge(stats.jitter);
    if (phone.recordings) this.#recordings.push(phone.recordings);
  }

  /** The first who ended the call did. */
  ended(by: CallReport['endedBy']): void {
    if (this.endedBy === 'nobody') this.endedBy = by;
  }
}
