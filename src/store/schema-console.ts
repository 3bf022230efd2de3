/** What the console works with. */
import type { Maybe, TimeByDefault } from './columns.ts';

export type StageKind = 'open' | 'won' | 'lost';

/** A tenant without rows has the stages that everybody begins with. */
export interface LeadStagesTable {
  tenant: string;
  stage: string;
  label: string;
  /** What the stage means to Kav, whatever the tenant calls it. */
  kind: StageKind;
  /** Counts from 0, in the order of the columns on the page. */
  place: number;
}

/** What an agent says, as somebody wrote it; never changed. Version 0 is the agent's file, and has no row. */
export interface AgentVersionsTable {
  tenant: string;
  agent: string;
  version: number;
  greeting: string;
  instructions: Maybe<string>;
  note: string;
  made_by: string;
  made_at: TimeByDefault;
}

/** The version that callers hear; without a row, the agent's file. */
export interface PublishedAgentsTable {
  tenant: string;
  agent: string;
  version: number;
  published_by: string;
  published_at: TimeByDefault;
}
