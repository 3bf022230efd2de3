/** What needs a service beside Kav: a real PostgreSQL, and the embedded database in all its slowness. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    globalSetup: ['test/services/setup.ts'],
    pool: 'forks', // a native fault costs one file, and not the run
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
