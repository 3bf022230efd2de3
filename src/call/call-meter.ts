/** What the metrics and the traces learn of a call, read off its steps. */

import type { CallEffect, CallEvent, EndReason, FloorState } from '../core/call-event.ts';
import { addUse, billedMinutes, type CallCost, costOf, type Prices, type Used } from '../core/cost.ts';
import { type Exemplar, hashOfCall } from '../observe/exemplar.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Traces } from '../observe/traces.ts';
import type { EndedRequest, ProviderUse } from '../providers/metered.ts';
import { CallTrace, type TracedCall } from './call-trace.ts';
import type { ToolEnd } from './toolbox.ts';
import { EarTimer, reportTiming, TurnTimer } from './turn-timing.ts';

export interface CallMeterOptions extends TracedCall {
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** The operator's price list; undefined without one. */
  readonly prices: Prices | undefined;
}

export class CallMeter {
  readonly #metrics: Metrics;
  readonly #trace: CallTrace;
  readonly #timer = new TurnTimer();
  readonly #ear = new EarTimer();
  /** By which a figure leads back to the call. */
  readonly #exemplar: Exemplar;
  readonly #prices: Prices | undefined;
  #used: readonly Used[] = [];
  #floor: FloorState = 'LISTENING';

  constructor(options: CallMeterOptions) {
    this.#metrics = options.metrics;
    this.#prices = options.prices;
    this.#trace = new CallTrace(options.traces, options);
    const { traceId } = this.#trace;
    const call = hashOfCall(options.callSid);
    this.#exemplar = { call, ...(traceId === undefined ? {} : { trace_id: traceId }) };
  }

  begin(): void {
    this.#metrics.callStarted();
    this.#metrics.callState(undefined, this.#floor);
  }

  /** Feed it every step in order. */
  take(event: CallEvent, effects: readonly CallEffect[]): void {
    const metrics = this.#metrics;
    const timing = this.#timer.take(event, effects);
    if (timing) reportTiming(timing, metrics, this.#exemplar);
    const heardMs = this.#ear.take(event, effects);
    if (heardMs !== undefined) metrics.mouthToEar(heardMs, this.#exemplar);
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

  used({ amount, operation, provider, unit }: ProviderUse): void {
    this.#used = addUse(this.#used, { amount, operation, provider, unit });
  }

  tool(tool: ToolEnd): void {
    this.#metrics.toolEnded(tool.name, tool.failed, tool.ms, this.#exemplar);
    this.#trace.tool(tool);
  }

  /** What the stream cost, where there is a price list. */
  end(reason: EndReason, lastedMs: number): CallCost | undefined {
    this.#metrics.callState(this.#floor, undefined);
    this.#metrics.callEnded(reason);
    this.#trace.end(reason);
    if (!this.#prices) return undefined;
    const amount = billedMinutes(lastedMs);
    const used = addUse(this.#used, { operation: 'carrier', provider: 'twilio', unit: 'minutes', amount });
    const bill = costOf(used, this.#prices);
    for (const { cost, operation, provider } of bill.items) {
      if (cost !== undefined) this.#metrics.cost({ provider, operation }, bill.currency, cost);
    }
    return bill;
  }

  #move(to: FloorState): void {
    this.#metrics.callState(this.#floor, to);
    this.#floor = to;
  }
}
