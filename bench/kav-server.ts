/** Kav as `kav serve` runs it, with the fake recogniser, brain and voice: what is measured is Kav alone. */
import { openKav } from '../src/cli/wire.ts';

const kav = await openKav(
  process.env,
  false,
  process.env['KAV_BENCH_METRICS'] === 'off' ? { metrics: (await import('./no-metrics.ts')).noMetrics } : {},
);
await kav.ready;
// A database that is elsewhere may be away.
if (process.env['DATABASE_URL'] === undefined) await kav.stored;
process.send?.({ url: kav.url, authToken: kav.authToken });
process.on('disconnect', () => kav.close().then(() => process.exit(0)));
