/** What the metrics and the traces learn of a call, read off its steps. */
import type { CallEffect, CallEvent, EndReason, FloorState } from '../core/call-event.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Traces } from '../observe/traces.ts';
import type { EndedRequest } from '../providers/metered.ts';
import { CallTrace, type TracedCall } from './call-trace.ts';
import type { ToolEnd } from './toolbox.ts';
import { EarTimer, reportTiming, TurnTimer } from './turn-timing.ts';

export interface CallMeterOptions extends TracedCall {
  readonly metrics: Metrics;
  readonly traces: Traces;
}

export class CallMeter {
  readonly #metrics: Metrics;
  readonly #trace: CallTrace;
  readonly #timer = new TurnTimer();
  readonly #ear = new EarTimer();
  #floor: FloorState = 'LISTENING';

  constructor(options: CallMeterOptions) {
    this.#metrics = options.metrics;
    this.#trace = new CallTrace(options.traces, options);
  }

  begin(): void {
    this.#metrics.callStarted();
    this.#metrics.callState(undefined, this.#floor);
  }

  /** Feed it every step in order. */
  take(event: CallEvent, effects: readonly CallEffect[]): void {
    const metrics = this.#metrics;
    const timing = this.#timer.take(event, effects);
    if (timing) reportTiming(timing, metrics);
    const heardMs = this.#ear.take(event, effects);
    if (heardMs !== undefined) metrics.mouthToEar(heardMs);
    for (const effect of effects) {
      if (effect.type === 'barge-in') metrics.bargeIn();
      if (effect.type === 'playout-resume') metrics.falseBargeIn();
      if (effect.type === 'state-change') this.#move(effect.state);
    }
    this.#trace.take(event, effects);
  }

  provider(request: EndedRequest): void {
    this.#trace.provider(request);
  }

  tool(tool: ToolEnd): void {
    this.#metrics.toolEnded(tool.name, tool.failed, tool.ms);
    this.#trace.tool(tool);
  }

  end(reason: EndReason): void {
    this.#metrics.callState(this.#floor, undefined);
    this.#metrics.callEnded(reason);
    this.#trace.end(reason);
  }

  #move(to: FloorState): void {
    this.#metrics.callState(this.#floor, to);
    this.#floor = to;
  }
}
