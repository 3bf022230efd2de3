#!/usr/bin/env node
// `kav`. This one file is JavaScript: everything behind it is TypeScript that Node 24 strips, and an older Node has to
// get far enough to say so.
import module from 'node:module';

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Kav needs Node 24 or newer; this is ${process.version}.`);
  console.error('`npm ci` brings one: start Kav with `npm start`, `npm run demo` or `npm run kav -- …`.');
  process.exit(2);
}

// What has been stripped once is kept: the next start is faster.
module.enableCompileCache?.();
const { runCommandLine } = await import('./program.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
