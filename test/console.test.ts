/** The console is made of the contract's types, and of nothing else of the server. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const CONTRACT = path.join(root, 'src/api/contract');
const files = globSync('console/src/**/*.{ts,tsx}', { cwd: root });

describe('the console', () => {
  test.each(files)('%s', (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    expect(text.split('\n').length, 'small enough to read').toBeLessThanOrEqual(400);
    for (const [statement, target] of text.matchAll(/import\s[^'";]*?from\s*'(\.[^']+)'/g)) {
      const full = path.resolve(root, path.dirname(file), target!);
      if (full.startsWith(path.join(root, 'console/src'))) continue;
      expect(full.startsWith(CONTRACT), `${target} is not part of the contract`).toBe(true);
      expect(statement, 'types only').toMatch(/^import type /);
    }
    // The content security policy refuses both.
    expect(text).not.toMatch(/dangerouslySetInnerHTML|createElement\('style'\)/);
  });
});
