/**
 * One running of an agent on one stream: the shell that joins media loop, core, brain, voice and playout. It owns all
 * of them and lets go of all of them, once. A bug in here ends this call with an apology and touches no other.
 */
import { EchoGuard } from '../audio/echo-guard.ts';
import type { VadEdge } from '../audio/vad.ts';
import type { CallState, CallStep } from '../core/call.ts';
import type { CallEffect, CallEvent, EndReason } from '../core/call-event.ts';
import type { CallNote } from '../core/call-note.ts';
import { floorOf } from '../core/turn.ts';
import type { SpeechEvent } from '../providers/contracts.ts';
import { textOf } from '../text/line.ts';
import { type MediaMessage, parseMediaMessage } from '../twilio/media-message.ts';
import { BadMessages } from './bad-messages.ts';
import type { CallFacts } from './call-facts.ts';
import { CallMeter } from './call-meter.ts';
import { CallRunner } from './call-runner.ts';
import type { TapSlot } from './call-tap.ts';
import { createEndpointer, type Endpointer } from './endpointer.ts';
import { APOLOGY_MS, APOLOGY_REPLY, apologise, isLineGone, letGo } from './last-words.ts';
import { LineWatch } from './line-watch.ts';
import { MediaIntake } from './media-intake.ts';
import { MediaLoop } from './media-loop.ts';
import { OperatorSide } from './operator-side.ts';
import { OPERATOR_REPLY } from './operator-voice.ts';
import { resumeEvent } from './past-call.ts';
import { type PlayoutQueue, parseMarkName } from './playout-queue.ts';
import { Replies } from './replies.ts';
import type { CallSessionOptions } from './session-options.ts';
import { createSessionPlayout } from './session-playout.ts';
import type { RecordingState } from './session-recording.ts';
import { isOrderly, isStuck, type MediaReceiver } from './transport.ts';
import { tuneDetector } from './tune-detector.ts';

export class CallSession implements MediaReceiver {
  readonly #o: CallSessionOptions;
  readonly #runner: CallRunner;
  readonly #playout: PlayoutQueue;
  readonly #media: MediaLoop;
  readonly #intake: MediaIntake;
  readonly #replies: Replies;
  /** Undefined where every pause is judged alike. */
  readonly #endpointer: Endpointer | undefined;
  readonly #meter: CallMeter;
  readonly #line: LineWatch;
  readonly #operators: OperatorSide;
  readonly #echo = new EchoGuard();
  readonly #bad: BadMessages;
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
    this.#bad = new BadMessages(options.log, options.metrics);
    this.#meter = new CallMeter({ ...options, agent: options.agent.options.name });
    this.#line = new LineWatch({
      ...options,
      note: (note) => this.note(note),
      received: () => this.#media.framesReceived,
      sent: () => this.#playout.framesSent,
    });
    this.#runner = new CallRunner({
      clock,
      settings,
      perform: (effect, state) => this.#perform(effect, state),
      record: (event, result) => this.#record(event, result),
      onBug: (error) => this.#onBug(error),
    });
    this.#playout = createSessionPlayout(options, {
      echo: this.#echo,
      // An operator's live audio is nobody's reply.
      dispatch: (event) => ('reply' in event && event.reply === OPERATOR_REPLY) || this.#runner.dispatch(event),
      onUnderrun: (lateMs) => this.#operators.isSpeaking || this.#line.underrun(lateMs),
      onBug: (error) => this.#onBug(error),
    });
    this.#endpointer = createEndpointer(options, (event) => this.#runner.dispatch(event));
    this.#replies = this.#createReplies();
    this.#operators = this.#createOperators();
    providers.listen((event) => this.#guard(() => this.#onSpeech(event)));
    this.#media = new MediaLoop({
      vad: options.vad,
      stt: providers.stt,
      listener: this.#endpointer?.listener,
      isEcho: (frame) => {
        options.recording?.caller(frame);
        options.taps.caller(frame, clock.now());
        return this.#echo.isEcho(frame, clock.now());
      },
      onEdge: (edge) => this.#onEdge(edge),
      onGap: (gapMs) => this.#line.gap(gapMs),
    });
    this.#intake = new MediaIntake({ ...options, loop: this.#media, onSilent: (ms) => this.#line.silent(ms) });
  }

  get reason(): EndReason | undefined {
    return this.#hungUp;
  }

  /** The call ends, or has ended, without the caller having been told why. */
  get isSpeechless(): boolean {
    return this.#isSpeechless;
  }

  get facts(): CallFacts {
    return this.#o.facts;
  }

  /** What the call has come to. */
  get state(): CallState {
    return this.#runner.state;
  }

  get streamSid(): string {
    return this.#o.streamSid;
  }

  get taps(): TapSlot {
    return this.#o.taps;
  }

  /** Call time at a time of the clock. */
  callTime(at: number): number {
    return Math.max(0, Math.round(this.#runner.now() - (this.#o.clock.now() - at)));
  }

  /** Those who may step in. */
  get operators(): OperatorSide {
    return this.#operators;
  }

  get recording(): RecordingState {
    return this.#o.recording?.state ?? 'off';
  }

  /** The stream has started: greet, or go on after a lost one. */
  start(): void {
    const { facts, past } = this.#o;
    this.#meter.begin();
    facts.started();
    this.#runner.dispatch(past ? resumeEvent(past) : { type: 'call-start' });
  }

  /** One text message of Media Streams, after `start`. */
  message(text: string): void {
    if (!this.#ended) this.#guard(() => this.#onMessage(parseMediaMessage(text)));
  }

  closed(code: number, _reason: string): void {
    this.#socketClosed = true;
    this.#streamEnd(this.#hungUp ?? (isOrderly(code) ? 'caller-hung-up' : 'socket-lost'));
  }

  /** The stream is known to be gone although its socket may not know; or another node has the call. */
  streamLost(reason: 'socket-lost' | 'moved'): void {
    this.#streamEnd(reason);
  }

  /** Ends the call with a spoken line. */
  requestEnd(reason: EndReason): void {
    this.#runner.dispatch({ type: 'end-request', reason });
  }

  /** Another node is to go on: at the next border between turns, at the latest after `withinMs`. */
  handOver(withinMs: number): void {
    this.#runner.dispatch({ type: 'hand-over', withinMs });
  }

  /** Something that the journal should know of; the call goes on as it would have. */
  note(note: CallNote): void {
    if (!this.#runner.isStopped) return this.#runner.dispatch(note);
    const state = floorOf(this.#runner.state.turn);
    this.#o.journal.write({ event: { ...note, at: this.#runner.now() }, effects: [], state });
  }

  /** Who is told of the requests to its providers, and of what they used. */
  get meter(): Pick<CallMeter, 'provider' | 'used'> {
    return this.#meter;
  }

  /** Called every second: a carrier that fell silent, a peer that does not read, a process that wakes late. */
  watch(lateMs: number): void {
    this.#line.look(lateMs);
    this.#operators.watch();
    if (this.#intake.isLost()) this.#streamEnd('media-lost');
    if (isStuck(this.#o.transport)) this.#streamEnd('socket-lost');
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
    this.#intake.push(payload, timestampMs);
  }

  #onMark(name: string): void {
    const mark = parseMarkName(name);
    if (!mark) return this.#bad.note('unknown-mark', '');
    if (this.#bug && mark.last && mark.reply === APOLOGY_REPLY) return this.#end('internal-error', true);
    this.#o.metrics.playoutLead(this.#playout.aheadOf(mark));
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
    const { log } = this.#o;
    switch (effect.type) {
      case 'greeting-start':
        return this.#replies.greet(effect.reply);
      case 'resume-start':
        return this.#replies.resume(effect, state);
      case 'answer-start':
        return this.#replies.answer(effect.reply, state, effect.resumed);
      case 'say-start':
        return this.#replies.say(effect.reply, effect.text);
      case 'operator-start':
        return this.#operators.start();
      case 'operator-end':
        return this.#operators.end();
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
        tuneDetector(this.#o.vad, state.turn, this.#o.settings);
        return this.#playout.resume();
      case 'turn-finished':
        if (effect.turn.who === 'caller') log.info('ASR_TEXT', { pii: { text: effect.turn.text } });
        return;
      case 'consent-heard':
        return this.#o.recording?.consentHeard();
      case 'state-change':
        tuneDetector(this.#o.vad, state.turn, this.#o.settings);
        return log.info('STATE', { state: effect.state });
      case 'barge-in':
        return log.info('BARGE_IN', { reply: effect.reply, heard_ms: effect.heardMs });
      case 'hang-up':
        this.#hungUp = effect.reason;
        return this.#o.transport.close(1000, effect.reason);
      case 'call-close':
        return this.#end(effect.reason, !isLineGone(effect.reason) && !this.#isSpeechless);
    }
  }

  #createReplies(): Replies {
    return new Replies({
      ...this.#o,
      playout: this.#playout,
      commit: (exchange) => this.#o.facts.effect(exchange),
      dispatch: (event) => this.#runner.dispatch(event),
      onExpect: (expectation) =>
        this.#guard(() => {
          this.#o.recording?.expect(expectation);
          this.#endpointer?.expect(expectation);
          this.#o.providers.stt.expect(expectation);
        }),
      onToolEnd: (tool) => this.#meter.tool(tool),
    });
  }

  #createOperators(): OperatorSide {
    return new OperatorSide({
      ...this.#o,
      playout: this.#playout,
      state: () => this.#runner.state,
      callTime: (at) => this.callTime(at),
      dispatch: (event) => this.#runner.dispatch(event),
    });
  }

  // The record

  #record(event: CallEvent, result: CallStep): void {
    const [state, effects] = result;
    this.#o.facts.take(event, result);
    this.#o.taps.step(event, result);
    this.#o.journal.write({ event, effects, state: floorOf(state.turn) });
    if (event.type === 'reply-error' && event.reply === this.#lastResort) this.#isSpeechless = true;
    this.#endpointer?.take(event, state);
    this.#meter.take(event, effects);
  }

  // The end

  #streamEnd(reason: EndReason): void {
    this.#operators.flush();
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
    this.note({ type: 'call-bug', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    this.#replies.stop();
    this.#bug = { disarm: clock.at(clock.now() + APOLOGY_MS, () => this.#end('internal-error', false)) };
    const audio = agent.cache.get(textOf(agent.options.lines.failure));
    if (this.#socketClosed || !audio) return this.#end('internal-error', false);
    apologise(this.#playout, audio);
  }

  #end(reason: EndReason, spoken: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hungUp ??= reason;
    const { facts, journal, log, onClosed, onEnd, providers, transport } = this.#o;
    this.#bug?.disarm();
    this.#runner.stop();
    this.#replies.stop();
    this.#endpointer?.close();
    this.#playout.close();
    this.#o.recording?.close();
    this.#o.vad.close();
    this.#line.close();
    transport.close(1000, reason);
    // What is still to be counted is told before anything that waits.
    const closing = providers.close();
    const cost = this.#meter.end(reason, this.#runner.now());
    if (cost) this.note({ type: 'cost', ...cost });
    if (cost) facts.cost(cost);
    if (reason !== 'moved') facts.ended(reason);
    log.info('WS_TX', { frames_sent: this.#playout.framesSent });
    log.info('WS_STOP', { reason, rx: this.#media.framesReceived });
    const { outcome } = this.#runner.state;
    if (outcome) log.info('OUTCOME', { status: outcome.status, flow: outcome.flow, pii: { slots: outcome.slots } });
    onEnd({ reason, spoken });
    void letGo([closing, journal.close()], log).then(onClosed);
  }
}
