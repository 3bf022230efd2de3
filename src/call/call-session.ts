/**
 * One running of an agent on one stream: the shell that joins media loop, core, brain, voice and playout. It owns all
 * of them and lets go of all of them, once. A bug in here ends this call with an apology and touches no other.
 */
import { EchoGuard } from '../audio/echo-guard.ts';
import type { VadEdge } from '../audio/vad.ts';
import type { CallState, CallStep } from '../core/call.ts';
import type { CallEffect, CallEvent, EndReason } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { CallSettings } from '../core/settings.ts';
import { floorOf } from '../core/turn.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { SpeechEvent } from '../providers/contracts.ts';
import { textOf } from '../text/line.ts';
import { decodePayload, type MediaMessage, parseMediaMessage } from '../twilio/media-message.ts';
import type { SpeechDetector } from '../vad/detector.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { BadMessages } from './bad-messages.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallProviders } from './call-providers.ts';
import { CallRunner } from './call-runner.ts';
import type { PastCall } from './cluster.ts';
import { createEndpointer, type Endpointer } from './endpointer.ts';
import type { Journal } from './journal.ts';
import { MediaLoop } from './media-loop.ts';
import { resumeEvent } from './past-call.ts';
import { type PlayoutQueue, parseMarkName } from './playout-queue.ts';
import type { PlayoutScheduler } from './playout-scheduler.ts';
import { Replies } from './replies.ts';
import { createSessionPlayout } from './session-playout.ts';
import type { MediaReceiver, MediaTransport } from './transport.ts';
import { reportTiming, TurnTimer } from './turn-timing.ts';

export interface CallSessionOptions {
  readonly clock: Clock;
  readonly scheduler: PlayoutScheduler;
  readonly agent: AgentRuntime;
  /** The session's own from now on: it closes them. */
  readonly providers: CallProviders;
  readonly settings: CallSettings;
  readonly vad: SpeechDetector;
  readonly callSid: string;
  readonly streamSid: string;
  readonly transport: MediaTransport;
  readonly journal: Journal;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where payloads are decoded; shared by all calls, because nothing keeps it. */
  readonly scratch: Buffer;
  readonly facts: CallFacts;
  /** Whether the call is still this node's. */
  readonly mayAct: () => boolean | Promise<boolean>;
  /** The call before this stream, when there was one. */
  readonly past: PastCall | undefined;
  /** Once, at the end. `spoken` says whether the caller was told that something went wrong. */
  readonly onEnd: (end: { readonly reason: EndReason; readonly spoken: boolean }) => void;
  /** Once, after `onEnd`, when everything has been let go of. */
  readonly onClosed: () => void;
}

/** A carrier that sends nothing is asked about after 2 s and given up after 10 s (design, time budgets). */
const MEDIA_WARN_MS = 2_000;
const MEDIA_LOST_MS = 10_000;
/** More unsent bytes than this and the peer does not read: about 80 s of frames. */
const MOST_BUFFERED_BYTES = 1 << 20;
/** How long the apology after a bug may take. */
const APOLOGY_MS = 8_000;
/** Close codes of a peer that meant it (RFC 6455 section 7.4.1); without a close frame it is 1006. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001, 1005]);
/** Nothing could be said any more. */
const LINE_GONE: ReadonlySet<EndReason> = new Set(['socket-lost', 'media-lost', 'moved']);
const WS_MEDIA_EVERY_FRAMES = 500;

export class CallSession implements MediaReceiver {
  readonly #o: CallSessionOptions;
  readonly #runner: CallRunner;
  readonly #playout: PlayoutQueue;
  readonly #media: MediaLoop;
  readonly #replies: Replies;
  /** Undefined where every pause is judged alike. */
  readonly #endpointer: Endpointer | undefined;
  readonly #timer = new TurnTimer();
  readonly #echo = new EchoGuard();
  readonly #bad: BadMessages;
  /** The newest message's part of the scratch buffer. */
  #audio: Uint8Array = new Uint8Array(0);
  #lastMediaAt: number;
  #warnedSilent = false;
  #loggedFrames = 0;
  #sentBefore = 0;
  #receivedBefore = 0;
  #socketClosed = false;
  #hungUp: EndReason | undefined;
  /** The reply that tells the caller of a failure, and whether not even that could be said. */
  #lastResort: number | undefined;
  #isSpeechless = false;
  #bug: { readonly disarm: () => void } | undefined;
  #ended = false;

  constructor(options: CallSessionOptions) {
    this.#o = options;
    const { clock, providers, settings } = options;
    this.#lastMediaAt = clock.now();
    this.#bad = new BadMessages(options.log, options.metrics);
    this.#runner = new CallRunner({
      clock,
      settings,
      perform: (effect, state) => this.#perform(effect, state),
      record: (event, result) => this.#record(event, result),
      onBug: (error) => this.#onBug(error),
    });
    this.#playout = createSessionPlayout(options, {
      echo: this.#echo,
      dispatch: (event) => this.#runner.dispatch(event),
      onBug: (error) => this.#onBug(error),
    });
    this.#endpointer = createEndpointer(options, (event) => this.#runner.dispatch(event));
    this.#replies = this.#createReplies();
    providers.listen((event) => this.#guard(() => this.#onSpeech(event)));
    this.#media = new MediaLoop({
      vad: options.vad,
      stt: providers.stt,
      isEcho: (frame) => this.#echo.isEcho(frame, clock.now()),
      onEdge: (edge) => this.#onEdge(edge),
      onGap: (gapMs) => options.log.debug('MEDIA_GAP', { gap_ms: gapMs }),
    });
  }

  get reason(): EndReason | undefined {
    return this.#hungUp;
  }

  /** The call ends, or has ended, without the caller having been told why. */
  get isSpeechless(): boolean {
    return this.#isSpeechless;
  }

  /** What the call has come to. */
  get state(): CallState {
    return this.#runner.state;
  }

  /** The stream has started: greet, or go on after a lost one. */
  start(): void {
    const { facts, metrics, past } = this.#o;
    metrics.callStarted();
    facts.started();
    this.#runner.dispatch(past ? resumeEvent(past) : { type: 'call-start' });
  }

  /** One text message of Media Streams, after `start`. */
  message(text: string): void {
    if (!this.#ended) this.#guard(() => this.#onMessage(parseMediaMessage(text)));
  }

  closed(code: number, _reason: string): void {
    this.#socketClosed = true;
    this.#streamEnd(this.#hungUp ?? (ORDERLY.has(code) ? 'caller-hung-up' : 'socket-lost'));
  }

  /** The stream is known to be gone although its socket may not know; or another node has the call. */
  streamLost(reason: 'socket-lost' | 'moved'): void {
    this.#streamEnd(reason);
  }

  /** Ends the call with a spoken line. */
  requestEnd(reason: EndReason): void {
    this.#runner.dispatch({ type: 'end-request', reason });
  }

  /** Called every second: a carrier that fell silent, a peer that does not read, counters for the metrics. */
  watch(): void {
    this.#reportFrames();
    const silentMs = this.#o.clock.now() - this.#lastMediaAt;
    if (silentMs >= MEDIA_LOST_MS) this.#streamEnd('media-lost');
    else if (silentMs >= MEDIA_WARN_MS && !this.#warnedSilent) {
      this.#warnedSilent = true;
      this.#o.log.warn('MEDIA_SILENT', { silent_ms: Math.round(silentMs) });
    }
    if (this.#o.transport.bufferedBytes > MOST_BUFFERED_BYTES) this.#streamEnd('socket-lost');
  }

  // From the carrier

  #onMessage(message: MediaMessage): void {
    switch (message.type) {
      case 'media':
        return this.#onMedia(message.payload, message.timestampMs, message.streamSid);
      case 'mark':
        return this.#onMark(message.name);
      case 'dtmf':
        return this.#runner.dispatch({ type: 'digit', digit: message.digit });
      case 'stop':
        return this.#streamEnd(this.#hungUp ?? 'caller-hung-up');
      case 'malformed':
        return this.#bad.note(message.kind, message.detail);
      case 'unknown':
        return this.#bad.note('unknown-event', message.event);
      default:
        return this.#bad.note(`repeated-${message.type}`, '');
    }
  }

  #onMedia(payload: string, timestampMs: number, streamSid: string): void {
    if (streamSid !== this.#o.streamSid) return this.#bad.note('wrong-stream', '');
    this.#lastMediaAt = this.#o.clock.now();
    this.#warnedSilent = false;
    const { scratch, log } = this.#o;
    const size = decodePayload(payload, scratch);
    // Messages are nearly always of one size; a view costs more than the copy.
    if (this.#audio.length !== size) this.#audio = scratch.subarray(0, size);
    this.#media.push(this.#audio, timestampMs);
    if (this.#media.framesReceived - this.#loggedFrames < WS_MEDIA_EVERY_FRAMES) return;
    this.#loggedFrames = this.#media.framesReceived;
    log.info('WS_MEDIA', { rx: this.#media.framesReceived });
  }

  #onMark(name: string): void {
    const mark = parseMarkName(name);
    if (!mark) return this.#bad.note('unknown-mark', '');
    if (this.#bug && mark.last && mark.reply === APOLOGY_REPLY) return this.#end('internal-error', true);
    this.#runner.dispatch({ type: 'mark', ...mark });
  }

  #onEdge(edge: VadEdge): void {
    if (edge.type === 'speech-sustained') {
      const confidence = Math.round(this.#o.vad.confidence * 100) / 100;
      this.#runner.dispatch({ type: edge.type, confidence });
    } else this.#runner.dispatch({ type: edge.type, since: this.#runner.now() - edge.agoMs });
  }

  // From the providers

  #onSpeech(event: SpeechEvent): void {
    const { log } = this.#o;
    if (event.type === 'error') {
      log.error('STT_ERROR', { code: event.error.code, message: event.error.message });
      this.#runner.dispatch({ type: 'recogniser-lost', code: event.error.code });
      return;
    }
    const isFinal = event.type === 'final';
    log.info(isFinal ? 'STT_FINAL' : 'STT_PARTIAL', { chars: event.text.length, pii: { text: event.text } });
    this.#runner.dispatch({ type: isFinal ? 'transcript-final' : 'transcript-partial', text: event.text });
  }

  // The core's wishes

  #perform(effect: CallEffect, state: CallState): void {
    const { log, metrics } = this.#o;
    switch (effect.type) {
      case 'greeting-start':
        return this.#replies.greet(effect.reply);
      case 'resume-start':
        return this.#replies.resume(effect, state);
      case 'answer-start':
        return this.#replies.answer(effect.reply, state, effect.resumed);
      case 'line-start':
        if (effect.line === 'failure') this.#lastResort = effect.reply;
        return this.#replies.line(effect.reply, effect.line);
      case 'filler-play':
        return this.#replies.fill(effect.reply);
      case 'answer-prepare':
        return this.#replies.prepare(effect.reply, effect.words, state);
      case 'answer-drop':
        return this.#replies.drop();
      case 'summary-start':
        return void this.#replies.summarise(effect.turns, state);
      case 'reply-cancel':
        return this.#replies.cancel(effect.reply);
      case 'playout-clear':
        return this.#playout.clear(effect.generation);
      case 'playout-pause':
        return this.#playout.pause(effect.generation, effect.heardMs);
      case 'playout-resume':
        metrics.falseBargeIn();
        return this.#playout.resume();
      case 'turn-finished':
        if (effect.turn.who === 'caller') log.info('ASR_TEXT', { pii: { text: effect.turn.text } });
        return;
      case 'state-change':
        this.#o.vad.agentSpeaking(effect.state === 'SPEAKING');
        return log.info('STATE', { state: effect.state });
      case 'barge-in':
        metrics.bargeIn();
        return log.info('BARGE_IN', { reply: effect.reply, heard_ms: effect.heardMs });
      case 'hang-up':
        this.#hungUp = effect.reason;
        return this.#o.transport.close(1000, effect.reason);
      case 'call-close':
        return this.#end(effect.reason, !LINE_GONE.has(effect.reason) && !this.#isSpeechless);
    }
  }

  #createReplies(): Replies {
    const { agent, callSid, clock, log, metrics, providers } = this.#o;
    return new Replies({
      agent,
      callSid,
      clock,
      providers,
      playout: this.#playout,
      commit: (exchange) => this.#o.facts.effect(exchange),
      mayAct: this.#o.mayAct,
      dispatch: (event) => this.#runner.dispatch(event),
      onExpect: (expectation) =>
        this.#guard(() => {
          this.#endpointer?.expect(expectation);
          providers.stt.expect(expectation);
        }),
      log,
      metrics,
    });
  }

  // The record

  #record(event: CallEvent, result: CallStep): void {
    const [state, effects] = result;
    this.#o.facts.take(event, result);
    this.#o.journal.write({ event, effects, state: floorOf(state.turn) });
    if (event.type === 'reply-error' && event.reply === this.#lastResort) this.#isSpeechless = true;
    this.#endpointer?.take(event, state);
    const timing = this.#timer.take(event, effects);
    if (timing) reportTiming(timing, this.#o.metrics);
  }

  #reportFrames(): void {
    const { metrics } = this.#o;
    metrics.mediaFrames('in', this.#media.framesReceived - this.#receivedBefore);
    metrics.mediaFrames('out', this.#playout.framesSent - this.#sentBefore);
    this.#receivedBefore = this.#media.framesReceived;
    this.#sentBefore = this.#playout.framesSent;
  }

  // The end

  #streamEnd(reason: EndReason): void {
    if (this.#bug) this.#end('internal-error', false);
    else this.#runner.dispatch({ type: 'stream-end', reason });
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onBug(error);
    }
  }

  /** Our own fault: the core is not asked any more. The caller hears the apology that is already spoken, then the end. */
  #onBug(error: unknown): void {
    const { agent, clock, log } = this.#o;
    if (this.#bug || this.#ended) return;
    log.error('CALL_BUG', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    this.#runner.stop();
    this.#replies.stop();
    this.#bug = { disarm: clock.at(clock.now() + APOLOGY_MS, () => this.#end('internal-error', false)) };
    const audio = agent.cache.get(textOf(agent.options.lines.failure));
    if (this.#socketClosed || !audio) return this.#end('internal-error', false);
    this.#playout.clear(APOLOGY_REPLY);
    this.#playout.open(APOLOGY_REPLY);
    this.#playout.enqueue(APOLOGY_REPLY, audio);
    this.#playout.end(APOLOGY_REPLY);
  }

  #end(reason: EndReason, spoken: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hungUp ??= reason;
    const { facts, journal, log, metrics, onClosed, onEnd, providers, transport } = this.#o;
    this.#bug?.disarm();
    this.#runner.stop();
    this.#replies.stop();
    this.#playout.close();
    this.#o.vad.close();
    this.#reportFrames();
    transport.close(1000, reason);
    metrics.callEnded(reason);
    if (reason !== 'moved') facts.ended(reason);
    log.info('WS_TX', { frames_sent: this.#playout.framesSent });
    log.info('WS_STOP', { reason, rx: this.#media.framesReceived });
    const { outcome } = this.#runner.state;
    if (outcome) log.info('OUTCOME', { status: outcome.status, flow: outcome.flow, pii: { slots: outcome.slots } });
    onEnd({ reason, spoken });
    const closing = [providers.close(), journal.close()];
    void Promise.allSettled(closing).then((results) => {
      for (const { status, ...result } of results) {
        if (status === 'rejected')
          log.error('CALL_BUG', { error: `close: ${'reason' in result ? result.reason : ''}` });
      }
      onClosed();
    });
  }
}

/** Above every reply that a call can count to. */
const APOLOGY_REPLY = 999_999_999;
