/** The handlers of the home page: how the line does today, and what is still to be set up. */
import { liveNodes } from '../../store/cluster/nodes.ts';
import { readSpend } from '../../store/queries/costs.ts';
import { countAnsweredCalls, countLiveCalls, readToday } from '../../store/queries/today.ts';
import type { Home } from '../contract/home.ts';
import { ApiRefusal, type Handlers } from '../handler.ts';
import { stagesOf } from '../people/stages.ts';
import { iso } from '../values.ts';
import { OwnChecks } from './checks.ts';
import type { HomeDeps } from './deps.ts';
import { Figures } from './figures.ts';
import { RefusedToday } from './refused-today.ts';
import { type SetupSight, setupSteps, stepOf } from './setup-steps.ts';

export type HomeRoutes = 'read-home' | 'read-checks' | 'read-setup' | 'verify-step';

export function createHomeHandlers(deps: HomeDeps): Handlers<HomeRoutes> {
  const checks = new OwnChecks({ run: deps.runChecks, clock: deps.clock });
  const refused = new RefusedToday();
  const look = async (tenant: string, anew: boolean): Promise<SetupSight> => {
    const { hasAccount, providers, publicOrigin, readNumbers } = deps.setup;
    const [found, numbers, answeredCalls] = await Promise.all([
      checks.read(anew),
      hasAccount ? readNumbers() : undefined,
      countAnsweredCalls(deps.db, tenant),
    ]);
    return { origin: publicOrigin(), hasAccount, providers: providers(), checks: found, numbers, answeredCalls };
  };
  return {
    'read-home': ({ caller }) => readHome(deps, refused, caller.tenant),
    'read-checks': async () => {
      const found = await checks.read();
      if (!found) throw new ApiRefusal(503, 'checks-slow', 'The checks are not over yet; ask again in a moment.');
      return { checks: [...found] };
    },
    'read-setup': async ({ caller }) => ({ steps: setupSteps(await look(caller.tenant, false)) }),
    'verify-step': async ({ body, caller }) => ({ step: stepOf(body.step, await look(caller.tenant, true)) }),
  };
}

async function readHome(deps: HomeDeps, refused: RefusedToday, tenant: string): Promise<Home> {
  const { date, db, metrics } = deps;
  const now = date();
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const month = new Date(now.getFullYear(), now.getMonth(), 1);
  const stages = (await stagesOf(deps, tenant)).filter(({ kind }) => kind === 'open');
  const today = await readToday(db, tenant, { since, openStages: stages.map(({ stage }) => stage) });
  const live = await countLiveCalls(db, tenant);
  const figures = new Figures(await metrics.values());
  return {
    at: iso(now),
    today: {
      ...today,
      byHour: [...today.byHour],
      refused: refused.count(figures.refusedCalls, since),
      live: [...live.values()].reduce((sum, calls) => sum + calls, 0),
    },
    latency: figures.latency,
    errors: figures.errors,
    spend: (await readSpend(db, tenant, { day: since, month })) ?? null,
    nodes: (await liveNodes(db)).map(({ is_draining, node, version }) => ({
      node,
      version,
      isAlive: true,
      isDraining: is_draining,
      calls: live.get(node) ?? 0,
    })),
  };
}
