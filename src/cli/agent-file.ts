/** Loads an agent as its author wrote it: one TypeScript file, anywhere, without a build. */
import { access } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Agent, parseAgent } from '../call/agent.ts';
import { ConfigError } from '../core/errors.ts';

export const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEFAULT_AGENT = path.join(PACKAGE_ROOT, 'agents', 'front-desk.ts');
const PUBLIC_SURFACE = new URL('../index.ts', import.meta.url).href;

export const agentFileOf = (configured: string | undefined): string =>
  configured === undefined ? DEFAULT_AGENT : path.resolve(configured);

/** Throws `ConfigError` that names the file, or the field in it, and the remedy. */
export async function loadAgent(configured: string | undefined): Promise<Agent> {
  const file = agentFileOf(configured);
  await access(file).catch((error: unknown) => {
    throw new ConfigError('KAV_AGENT', `there is no file ${file}`, 'Give the path of an agent file.', error);
  });
  const hooks = registerHooks({
    // An agent outside this repository imports `kav` too; its folder has no node_modules that holds it.
    resolve: (specifier, context, next) =>
      specifier === 'kav' ? { url: PUBLIC_SURFACE, shortCircuit: true } : next(specifier, context),
  });
  try {
    const loaded: unknown = await import(pathToFileURL(file).href);
    return parseAgent(defaultExportOf(loaded, file), file);
  } catch (error) {
    // `defineAgent` runs inside the file and cannot know its name.
    if (error instanceof ConfigError) throw error.key.startsWith(file) ? error : error.within(file);
    const problem = `${file} does not load: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError('KAV_AGENT', problem, 'Mend the file; docs/agents.md shows a whole one.', error);
  } finally {
    hooks.deregister();
  }
}

function defaultExportOf(loaded: unknown, file: string): unknown {
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded) return loaded.default;
  throw new ConfigError('KAV_AGENT', `${file} has no default export`, 'Write `export default defineAgent({ … })`.');
}
