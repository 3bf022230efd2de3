/** What every `Disk` must do, the simulated one too. */
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Disk } from '../disk/disk.ts';

export interface DiskUnderTest {
  readonly disk: Disk;
  /** An existing, empty folder. */
  readonly root: string;
}

export function describeDisk(name: string, setUp: () => Promise<DiskUnderTest>): void {
  describe(`disk: ${name}`, () => {
    let disk: Disk;
    let root = '';
    const at = (...names: readonly string[]): string => path.join(root, ...names);
    const write = async (file: string, text: string): Promise<void> => {
      const handle = await disk.create(at(file));
      await handle.write(Buffer.from(text), 0);
      await handle.sync();
      await handle.close();
    };
    const read = async (file: string): Promise<string> => (await disk.read(at(file))).toString();

    beforeEach(async () => {
      ({ disk, root } = await setUp());
    });

    test('makes folders with their parents, and does not mind that they are there', async () => {
      await disk.createFolder(at('a', 'b'));
      await disk.createFolder(at('a', 'b'));
      expect(await disk.list(root)).toEqual(['a']);
      expect(await disk.list(at('a'))).toEqual(['b']);
      expect(await disk.list(at('a', 'b'))).toEqual([]);
    });

    test('lists names in order, and no folder that is not there', async () => {
      await write('b', '');
      await write('a', '');
      expect(await disk.list(root)).toEqual(['a', 'b']);
      await expect(disk.list(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('writes at a place, past the end and over what is there', async () => {
      const file = await disk.create(at('file'));
      await file.write(Buffer.from('hello'), 0);
      await file.write(Buffer.from('world'), 7);
      await file.write(Buffer.from('J'), 0);
      await file.sync();
      await file.close();
      expect(await read('file')).toBe('Jello\0\0world');
      expect(await disk.size(at('file'))).toBe(12);
    });

    test('reads a part, and no more than there is', async () => {
      await write('file', '0123456789');
      expect((await disk.read(at('file'), 2, 5)).toString()).toBe('234');
      expect((await disk.read(at('file'), 8, 50)).toString()).toBe('89');
      expect((await disk.read(at('file'), 20, 50)).length).toBe(0);
    });

    test('bytes of the caller may change after the write', async () => {
      const file = await disk.create(at('file'));
      const bytes = Buffer.from('abc');
      await file.write(bytes, 0);
      bytes.fill(0);
      await file.close();
      expect(await read('file')).toBe('abc');
    });

    test('creates no file that is there, opens one or makes it', async () => {
      await write('file', 'abc');
      await expect(disk.create(at('file'))).rejects.toMatchObject({ code: 'EEXIST' });
      const file = await disk.open(at('file'));
      await file.write(Buffer.from('d'), 3);
      await file.close();
      expect(await read('file')).toBe('abcd');
      await (await disk.open(at('new'))).close();
      expect(await disk.size(at('new'))).toBe(0);
    });

    test('a closed file takes nothing', async () => {
      const file = await disk.create(at('file'));
      await file.close();
      await expect(file.write(Buffer.from('x'), 0)).rejects.toThrow();
    });

    test('what is not there: no size, no bytes, nothing to remove or rename, no place for a file', async () => {
      expect(await disk.size(at('none'))).toBeUndefined();
      await expect(disk.read(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(disk.remove(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(disk.rename(at('none'), at('other'))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(disk.create(at('none', 'file'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('renames over a file', async () => {
      await write('old', 'old');
      await write('new', 'new');
      await disk.rename(at('new'), at('old'));
      await disk.syncFolder(root);
      expect(await disk.list(root)).toEqual(['old']);
      expect(await read('old')).toBe('new');
    });

    test('removes files and empty folders', async () => {
      await disk.createFolder(at('folder'));
      await write('folder/file', 'x');
      await expect(disk.removeFolder(at('folder'))).rejects.toMatchObject({ code: 'ENOTEMPTY' });
      await disk.remove(at('folder/file'));
      await disk.removeFolder(at('folder'));
      expect(await disk.list(root)).toEqual([]);
    });

    test('a lock has one holder, and the next when it is released', async () => {
      const first = await disk.lock(at('lock'));
      expect(first).toBeDefined();
      expect(await disk.lock(at('lock'))).toBeUndefined();
      expect(await disk.lock(at('lock'))).toBeUndefined();
      expect(await disk.lock(at('other'))).toBeDefined();
      first?.release();
      const second = await disk.lock(at('lock'));
      expect(second).toBeDefined();
      first?.release();
      expect(await disk.lock(at('lock')), 'a lock is released once').toBeUndefined();
      second?.release();
    });
  });
}
