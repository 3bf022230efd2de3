import type { Check } from '../check.ts';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import { type Probe, textOf } from '../probe/probe.ts';

const SLOW_MS = 1_000;
const SKEW_MS = 30_000;

/** The routes that monitors read, and the clock of the other side. */
export const health: Check = {
  name: 'health',
  area: 'reach',
  title: 'Is it alive, and is it the version that was deployed?',
  needs: ['tls'],
  budgetMs: 15_000,
  async run(probe) {
    const [alive, version] = await Promise.all([healthz(probe), versionPage(probe)]);
    return [...alive, ...version];
  },
};

async function healthz(probe: Probe): Promise<readonly Finding[]> {
  const outcome = await probe.get('/healthz');
  if (!outcome.ok)
    return [fail('The server does not answer', { seen: outcome.problem.message, code: outcome.problem.code })];
  const { headers, status, tookMs } = outcome.answer;
  const skew = clockSkew(headers.date);
  if (status === 404) return [skipped('/healthz', 'there is none'), ...skew];
  const seen = `${status} in ${Math.round(tookMs)} ms`;
  if (status !== 200) {
    const remedy = 'A balancer that reads it takes the server out. Answer 200 as long as the process can take calls.';
    return [warn(`/healthz answers ${status}`, { seen, remedy }), ...skew];
  }
  if (tookMs <= SLOW_MS) return [ok(`/healthz answers in ${Math.round(tookMs)} ms`), ...skew];
  const remedy = 'It must not ask a database or a provider; look at the load of the event loop.';
  return [warn('/healthz is slow', { seen, remedy }), ...skew];
}

/** The Date header is cut to seconds, and a journey may take one. */
function clockSkew(date: string | undefined): readonly Finding[] {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return [];
  const skewMs = at - Date.now();
  if (Math.abs(skewMs) < SKEW_MS)
    return [ok('Its clock agrees with this one', `${Math.round(skewMs / 1_000)} s apart`)];
  return [
    warn('The clocks do not agree', {
      seen: `${Math.round(skewMs / 1_000)} s apart`,
      why: 'Certificates, signed tokens of vendors and the order of events in logs all need the right time.',
      remedy: 'Turn on time synchronisation (chrony, systemd-timesyncd) on both machines.',
    }),
  ];
}

async function versionPage(probe: Probe): Promise<readonly Finding[]> {
  const outcome = await probe.get('/version');
  if (!outcome.ok) return [];
  const { headers, status } = outcome.answer;
  if (status === 404) return [skipped('/version', 'there is none')];
  const stated = parseVersion(textOf(outcome.answer, 2_000));
  if (status !== 200 || !stated) return [skipped('/version', `${status}, and no version in JSON`)];
  const wanted = probe.deployment?.deployId;
  const seen = `version ${stated.version}, deployment ${stated.deployId ?? 'not named'}`;
  if (wanted !== undefined && stated.deployId !== wanted) {
    const remedy = 'The old process still runs, or the proxy leads to another: restart it, and reload the proxy.';
    return [fail('Another deployment answers', { seen, remedy })];
  }
  if (!/no-store|no-cache/.test(headers['cache-control'] ?? '')) {
    const remedy = 'Answer with Cache-Control: no-store, and let no cache stand in front.';
    return [warn('/version may come from a cache', { seen, remedy })];
  }
  return [ok(seen)];
}

function parseVersion(text: string): { readonly version: string; readonly deployId: string | undefined } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
    const deployId = 'deployId' in value && typeof value.deployId === 'string' ? value.deployId : undefined;
    return { version: String(value.version), deployId };
  } catch {
    return undefined;
  }
}
