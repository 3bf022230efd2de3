// Runs after every `npm ci`. A production install has no build tools: then the console of the release is used, or none.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const required = process.argv.includes('--required');
const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));

const vite = await import('vite').catch(() => undefined);
const hasTools = vite !== undefined && existsSync(configFile) && (await isThere('@tailwindcss/vite'));
if (!hasTools) {
  console.log('The console was not built: its tools are development dependencies, and they are not installed.');
  process.exit(required ? 1 : 0);
}
try {
  await vite.build({ configFile, logLevel: 'warn' });
} catch (error) {
  // The server works without its console: an install must not fail for it.
  console.error('The console was not built:', error instanceof Error ? error.message : error);
  if (required) process.exitCode = 1;
}

async function isThere(name) {
  return import(name).then(
    () => true,
    () => false,
  );
}
