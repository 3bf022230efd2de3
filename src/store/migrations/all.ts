import { firstSchema } from './0001-first-schema.ts';
import { afterCalls } from './0002-after-calls.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [firstSchema, afterCalls];
