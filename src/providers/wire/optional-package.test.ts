import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { loadOptionalPackage } from './optional-package.ts';

const require = createRequire(import.meta.url);
const MISSING = '@nobody/has-this';

describe('an optional package', () => {
  test('that is there', async () => {
    const loaded = await loadOptionalPackage('node:path@1.0.0', () => import('node:path'));
    expect(loaded).toMatchObject({ ok: true, module: { sep: '/' } });
  });

  test('that is not there is named with its remedy', async () => {
    const loaded = await loadOptionalPackage('@nobody/has-this@1.2.3', async () => require(MISSING));
    expect(loaded).toEqual({
      ok: false,
      reason: 'the package @nobody/has-this is not installed; run: npm install @nobody/has-this@1.2.3',
    });
  });

  test('that is broken, or lacks a part of its own, is a fault of the installation', async () => {
    const load = async () => require(MISSING);
    await expect(loadOptionalPackage('other@1.0.0', load)).rejects.toMatchObject({
      code: 'config-invalid',
      key: 'other',
    });
  });
});
