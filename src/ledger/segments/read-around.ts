/** Reads what can be read: a page that the disk cannot give back is zeros, which are no record. */
import { type Disk, faultCode } from '../disk/disk.ts';

const PAGE_BYTES = 4096;

export async function readAround(disk: Disk, file: string, from: number, to: number): Promise<Buffer> {
  try {
    return await disk.read(file, from, to);
  } catch (error) {
    if (faultCode(error) !== 'EIO') throw error;
  }
  const bytes = Buffer.alloc(to - from);
  for (let at = from; at < to; ) {
    const end = Math.min(to, at - (at % PAGE_BYTES) + PAGE_BYTES);
    (await readPage(disk, file, at, end))?.copy(bytes, at - from);
    at = end;
  }
  return bytes;
}

async function readPage(disk: Disk, file: string, from: number, to: number): Promise<Buffer | undefined> {
  try {
    return await disk.read(file, from, to);
  } catch (error) {
    if (faultCode(error) !== 'EIO') throw error;
    return undefined;
  }
}
