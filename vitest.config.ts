import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'eval/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    maxConcurrency: 10,
    testTimeout: 20_000,
  },
});
