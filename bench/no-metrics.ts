import type { Metrics } from '../src/observe/metrics.ts';

const PAGE = { contentType: 'text/plain', text: '' };

/** Counts nothing: the yardstick for what counting costs. */
export const noMetrics = new Proxy({} as Metrics, {
  get: (_target, name) => {
    if (name === 'text') return async () => '';
    if (name === 'page') return async () => PAGE;
    return name === 'values' ? async () => [] : () => {};
  },
});
