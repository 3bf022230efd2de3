import { ConfigError } from '../../core/errors.ts';

export type PackageLoad<T> =
  | { readonly ok: true; readonly module: T }
  | { readonly ok: false; readonly reason: string };

/**
 * Loads a package that not every installation has. `wanted` is its name and version, `load` its dynamic import.
 * Throws `ConfigError` when the package is there and broken.
 */
export async function loadOptionalPackage<T>(wanted: string, load: () => Promise<T>): Promise<PackageLoad<T>> {
  try {
    return { ok: true, module: await load() };
  } catch (error) {
    const name = wanted.slice(0, wanted.lastIndexOf('@'));
    if (isMissing(error, name)) {
      return { ok: false, reason: `the package ${name} is not installed; run: npm install ${wanted}` };
    }
    throw new ConfigError(name, 'the package cannot be loaded', `Run: npm install ${wanted}`, error);
  }
}

function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && error.message.includes(`'${name}'`);
}
