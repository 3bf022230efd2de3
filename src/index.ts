/** What an agent file imports from `kav`. */
export { z } from 'zod';
export { type Agent, type AgentDefinition, type AgentLimits, defineAgent, type ProviderSpec } from './call/agent.ts';
export type { AgentLines } from './call/agent-lines.ts';
export type { AgentRecording } from './call/agent-recording.ts';
export { type Tool, type ToolCall, type ToolDefinition, tool } from './call/tool.ts';
export type { LineName } from './core/call-event.ts';
export type {
  ChoiceOption,
  ChoiceQuestion,
  DateQuestion,
  Flow,
  FlowDefinition,
  FlowLines,
  NameQuestion,
  NumberQuestion,
  Otherwise,
  PhoneQuestion,
  Question,
  Said,
  TextQuestion,
  TimeQuestion,
  Words,
  YesNoQuestion,
} from './providers/flow/definition.ts';
export { flow } from './providers/flow/flow.ts';
export { type ScenarioSource, scenario } from './simulator/scenario.ts';
export { type Line, type Uninterruptible, uninterruptible } from './text/line.ts';
