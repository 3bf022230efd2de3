/** Kav as `kav serve` runs it, for harnesses that fork it: tells its address at once, and when it can take calls. */
import { openKav } from '../../src/cli/wire.ts';

export interface ServerWord {
  readonly url?: string;
  readonly ready?: true;
  /** The store is there. */
  readonly stored?: true;
}

const tell = (word: ServerWord): void => void process.send?.(word);

const kav = await openKav(process.env, false);
process.on('disconnect', () => kav.close().then(() => process.exit(0)));
tell({ url: kav.url });
kav.stored.then(
  () => tell({ stored: true }),
  () => {}, // told in the log
);
await kav.ready;
tell({ ready: true });
