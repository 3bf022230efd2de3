/** The dashboard and the alerts name only metrics that there are, with labels that they have. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/observe/metrics.ts';

const root = new URL('../../', import.meta.url).pathname;
const ALERTS = `${root}deploy/prometheus/alerts.yml`;

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

const dashboard = JSON.parse(readFileSync(`${root}deploy/grafana/kav.json`, 'utf8')) as Dashboard;
const rules = (parse(readFileSync(ALERTS, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
const metrics = createMetrics();
afterAll(() => metrics.close());

/** Name and labels of each metric, from the page that another test compares with the registry. */
const documented = new Map(
  [...readFileSync(`${root}docs/metrics.md`, 'utf8').matchAll(/^\| `(kav_\w+)` \| \w+ \| ([^|]*) \|/gm)].map(
    ([, name, labels]) => [name!, [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!)],
  ),
);

const namesIn = (expr: string): string[] =>
  [...expr.matchAll(/kav_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ''));

/** Labels that an expression selects or groups by. */
function labelsIn(expr: string): string[] {
  const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) =>
    [...inner!.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!),
  );
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, inner]) =>
    inner!.split(',').map((label) => label.trim()),
  );
  return [...selected, ...grouped].filter((label) => label !== 'le');
}

const queries: readonly (readonly [string, string])[] = [
  ...dashboard.panels.flatMap(({ targets, title }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const)),
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
];

describe('every query names metrics and labels that exist', () => {
  test.each(queries)('%s: %s', async (_where, expr) => {
    const served = new Set([...(await metrics.text()).matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
    const names = namesIn(expr);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !served.has(name))).toEqual([]);
    const labels = new Set(names.flatMap((name) => documented.get(name) ?? []));
    expect(labelsIn(expr).filter((label) => !labels.has(label))).toEqual([]);
  });
});

test('every alert says what is wrong and what to do', () => {
  for (const { annotations } of rules) {
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\.$/);
  }
});

test('panels have ids of their own and do not cover each other', () => {
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { w, x } }) => x + w))).toBeLessThanOrEqual(24);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

test.skipIf(!hasPromtool)(
  "Prometheus takes the rules (skipped where Debian's package `prometheus` is not installed)",
  () => {
    expect(execFileSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' })).toContain(
      `SUCCESS: ${rules.length} rules found`,
    );
  },
);
