import type { Flow, FlowDefinition } from './definition.ts';
import { parseFlow } from './parse.ts';

/**
 * A brain without a model: questions, and what to do with the answers. Goes into an agent's `brain`, alone or as the
 * fallback of a model. Throws `ConfigError` naming the field when the definition is faulty.
 */
export function flow<const Slot extends string>(definition: FlowDefinition<Slot>): Flow {
  const name: unknown = definition?.name;
  return parseFlow(definition, typeof name === 'string' && name !== '' ? `flow "${name}"` : 'flow');
}
