import { firstSchema } from './0001-first-schema.ts';
import { nodesAtWork } from './0002-nodes-at-work.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [firstSchema, nodesAtWork];
