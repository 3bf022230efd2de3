/**
 * Starts a whole server with the variables that it is given, and prints the packages that were loaded by the time it can
 * take calls. A file and no `--eval`, whose flags the threads of the server would inherit.
 */
import { registerHooks } from 'node:module';

const packages = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    if (name) packages.add(name);
    return next(url, context);
  },
});
const { openKav } = await import('../src/cli/wire.ts');
const kav = await openKav(process.env, false);
await kav.ready;
await kav.close();
process.stdout.write(JSON.stringify([...packages]));
