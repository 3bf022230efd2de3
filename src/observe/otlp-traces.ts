/**
 * Spans over OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp), in batches and off the media path. Its packages are
 * loaded with this file, which is loaded only when somebody is there to receive.
 */
import {
  type Attributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Span, SpanAttributes, Traces } from './traces.ts';

export interface OtlpOptions {
  /** The receiver's origin; `/v1/traces` is added, as the specification of exporters wants it. */
  readonly endpoint: string;
  /** Wall-clock ms. */
  readonly now: () => number;
  readonly version: string;
  readonly onError: (error: unknown) => void;
}

/** How long the receiver may take, also for the last spans of a process that ends. */
const SEND_MS = 3_000;

export function openOtlpTraces({ endpoint, now, onError, version }: OtlpOptions): Traces {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: SEND_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'kav', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('kav');
  let closing: Promise<void> | undefined;
  return {
    start: (name, attributes) => begin(tracer, now, { name, attributes }),
    close: () => {
      closing ??= provider.shutdown().catch(onError);
      return closing;
    },
  };
}

interface Beginning {
  readonly name: string;
  readonly attributes?: SpanAttributes | undefined;
  readonly agoMs?: number | undefined;
  readonly parent?: OtelSpan;
}

function begin(tracer: Tracer, now: () => number, { agoMs = 0, attributes, name, parent }: Beginning): Span {
  const within = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const startTime = now() - agoMs;
  const span = tracer.startSpan(name, { startTime, ...(attributes ? { attributes: { ...attributes } } : {}) }, within);
  let isOver = false;
  return {
    traceId: span.spanContext().traceId,
    child: (childName, more, times) =>
      begin(tracer, now, { name: childName, attributes: more, agoMs: times?.agoMs, parent: span }),
    end: (more, failed = false) => {
      if (isOver) return;
      isOver = true;
      if (more) span.setAttributes(more as Attributes);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(now());
    },
  };
}
