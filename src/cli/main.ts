#!/usr/bin/env node
/** `kav`: the command line. Nothing that this file imports may need a Node newer than the one it complains about. */
import module from 'node:module';
import { requireNode24 } from './node-version.ts';

requireNode24();
// Types are stripped once and the result is kept: the second start is twice as fast.
module.enableCompileCache?.();
const { runCommandLine } = await import('./program.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
