/** Calls, and how long their callers wait. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EndReason, FloorState } from '../core/call-event.ts';
import { TURN_BUCKETS_SECONDS } from './buckets.ts';
import { type Exemplar, exemplarHistogram, withExemplar } from './exemplar.ts';
import type { Metrics, TurnPart } from './metrics-contract.ts';

export function callMetrics(registry: Registry) {
  const registers = [registry];
  const active = new Gauge({ name: 'kav_calls_active', help: 'Calls in progress.', registers });
  const ended = new Counter({
    name: 'kav_calls_total',
    help: 'Calls ended, by reason.',
    labelNames: ['end'],
    registers,
  });
  const inState = new Gauge({
    name: 'kav_calls_in_state',
    help: 'Calls in progress, by who has the floor.',
    labelNames: ['state'],
    registers,
  });
  const resumes = new Counter({
    name: 'kav_call_resumes_total',
    help: 'Calls that went on with another stream, here or from another node.',
    registers,
  });
  const mouthToEar = exemplarHistogram(registry, {
    name: 'kav_mouth_to_ear_seconds',
    help: "From the caller's last sound to the first sound of the answer, as the carrier's marks prove it.",
    buckets: TURN_BUCKETS_SECONDS,
  });
  const bargeIns = new Counter({ name: 'kav_barge_ins_total', help: 'Replies that a caller interrupted.', registers });
  const falseBargeIns = new Counter({
    name: 'kav_false_barge_ins_total',
    help: 'Times that the agent fell silent for a noise or a backchannel, and went on.',
    registers,
  });
  const parts = exemplarHistogram(registry, {
    name: 'kav_turn_part_seconds',
    help: 'Time from the end of a caller turn to the first audio of the reply, by part.',
    labelNames: ['part'],
    buckets: TURN_BUCKETS_SECONDS,
  });
  const pauses = new Counter({
    name: 'kav_endpointing_model_pauses_total',
    help: 'Pauses that the endpointing model was to judge, by fate.',
    labelNames: ['fate'],
    registers,
  });
  for (const state of ['LISTENING', 'THINKING', 'SPEAKING']) inState.labels(state).set(0);
  return {
    callStarted: () => active.inc(),
    callEnded: (end: EndReason) => {
      active.dec();
      ended.labels(end).inc();
    },
    callState: (from: FloorState | undefined, to: FloorState | undefined) => {
      if (from) inState.labels(from).dec();
      if (to) inState.labels(to).inc();
    },
    callResumed: () => resumes.inc(),
    mouthToEar: (ms: number, exemplar?: Exemplar) =>
      mouthToEar.observe({ labels: {}, value: ms / 1000, ...withExemplar(exemplar) }),
    bargeIn: () => bargeIns.inc(),
    falseBargeIn: () => falseBargeIns.inc(),
    turnPart: (part: TurnPart, ms: number, exemplar?: Exemplar) =>
      parts.observe({ labels: { part }, value: ms / 1000, ...withExemplar(exemplar) }),
    endpointingModel: (fate: Parameters<Metrics['endpointingModel']>[0]) => pauses.labels(fate).inc(),
  };
}
