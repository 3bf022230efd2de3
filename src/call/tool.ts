import type { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import type { RecordingControl } from './session-recording.ts';

/** What a tool is told beside its input. */
export interface ToolCall {
  readonly callSid: string;
  /** Aborted when the tool's time is over. An interruption or the end of the call does not abort it: it has begun. */
  readonly signal: AbortSignal;
  /**
   * Names this use of the tool within all calls: the same tool with the same arguments in the same call has the same key,
   * also when a node dies in the middle and another goes on. Hand it to whatever does the work, so that it is done once.
   */
  readonly idempotencyKey: string;
  /** The recording of this call; not there when the call is not recorded. */
  readonly recording?: RecordingControl;
  /** Notes what the call has gathered, for the record and the report: the lead, the appointment. */
  readonly record: (slots: Readonly<Record<string, string>>) => void;
}

export interface ToolDefinition<Input extends z.ZodObject> {
  /** When to use it and what it gives, for the model. */
  readonly description: string;
  /** What the model must supply. Anything else is refused before `run`, and the model is told why. */
  readonly input: Input;
  /** Does the work. What it returns is told to the model as JSON; what it throws, only as a failure. */
  readonly run: (input: z.output<Input>, call: ToolCall) => unknown;
  /** 100 to 30,000; default 8,000. */
  readonly timeoutMs?: number;
  /** It must not run beside other tools of the same round. Default false. */
  readonly alone?: boolean;
}

/** A tool that was checked, its input's type forgotten: the schema vouches for what `run` gets. */
export interface Tool {
  readonly description: string;
  readonly input: z.ZodObject;
  readonly run: (input: never, call: ToolCall) => unknown;
  readonly timeoutMs: number;
  readonly alone: boolean;
}

const TIMEOUT_MS = { default: 8_000, min: 100, max: 30_000 } as const;

/** Declares something that the model may do. Throws `ConfigError` when the definition is wrong. */
export function tool<Input extends z.ZodObject>(definition: ToolDefinition<Input>): Tool {
  const { description, input, run, timeoutMs = TIMEOUT_MS.default, alone = false } = definition;
  if (typeof description !== 'string' || description.trim() === '') {
    throw new ConfigError('tool: description', 'is missing', 'Tell the model when to use the tool.');
  }
  if (!isObjectSchema(input)) {
    throw new ConfigError('tool: input', 'is not a zod object', 'Write input: z.object({ … }).');
  }
  if (typeof run !== 'function')
    throw new ConfigError('tool: run', 'is not a function', 'Write run: async (input) => ….');
  if (!Number.isInteger(timeoutMs) || timeoutMs < TIMEOUT_MS.min || timeoutMs > TIMEOUT_MS.max) {
    const range = `must be a whole number from ${TIMEOUT_MS.min} to ${TIMEOUT_MS.max}`;
    throw new ConfigError('tool: timeoutMs', range, 'Choose one, or leave it out.');
  }
  return { description, input, run, timeoutMs, alone };
}

/** Also of a zod that the agent's author installed, which is another class of the same name. */
function isObjectSchema(value: unknown): boolean {
  const schema = value as {
    readonly safeParse?: unknown;
    readonly _zod?: { readonly def?: { readonly type?: unknown } };
  };
  return typeof schema?.safeParse === 'function' && schema._zod?.def?.type === 'object';
}

/** Names that every model's vendor takes. */
export const TOOL_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;
