import type { AfterCalls } from '../../jobs/after-calls.ts';
import type { ObjectStore } from '../../jobs/objects/object-store.ts';
import type { RecordingKeys } from '../../recording/keys.ts';
import type { Store } from '../../store/store.ts';

/** What the handlers of calls need of the rest of Kav. */
export interface CallDeps {
  readonly db: Store['db'];
  /** Of Kav. */
  readonly version: string;
  /** Of this node. */
  readonly journalFolder: string;
  readonly recordings: {
    /** The folder of recordings of this node. */
    readonly root: string;
    /** Without keys our own recordings cannot be unlocked. */
    readonly keys: RecordingKeys | undefined;
  };
  /** Undefined until the store has come for the first time. */
  readonly afterCalls: () => (Pick<AfterCalls, 'erase' | 'redact'> & { readonly objects: ObjectStore }) | undefined;
}
