// Runs after every `npm ci`. A production install has no build tools: then the console of the release is used, or none.
import { existsSync } from 'node:fs';
import path from 'node:path';

const required = process.argv.includes('--required');
const configFile = path.join(import.meta.dirname, 'vite.config.ts');

const vite = await import('vite').catch(() => undefined);
const hasTools = vite !== undefined && existsSync(configFile) && (await isThere('@tailwindcss/vite'));
if (!hasTools) {
  console.log('The console was not built: its tools are development dependencies, and they are not installed.');
  process.exit(required ? 1 : 0);
}
await vite.build({ configFile, logLevel: 'warn' });

async function isThere(name) {
  return import(name).then(
    () => true,
    () => false,
  );
}
