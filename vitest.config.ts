import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'eval/**/*.test.ts', 'console/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/services/**'], // see vitest.services.config.ts
    pool: 'threads',
    maxWorkers: 3, // some wait for real calls
    maxConcurrency: 10,
    testTimeout: 20_000,
  },
});
