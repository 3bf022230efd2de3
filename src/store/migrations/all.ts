import { firstSchema } from './0001-first-schema.ts';
import { nodesAtWork } from './0002-nodes-at-work.ts';
import { afterCalls } from './0003-after-calls.ts';
import { erasureReach } from './0004-erasure-reach.ts';
import { accounts } from './0005-accounts.ts';
import { actions } from './0006-actions.ts';
import { consoleData } from './0007-console.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  nodesAtWork,
  afterCalls,
  erasureReach,
  accounts,
  actions,
  consoleData,
];
