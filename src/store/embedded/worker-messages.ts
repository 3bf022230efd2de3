/** What passes between the engine and the thread in which PGlite runs. */
export interface WorkerSettings {
  /** None keeps everything in memory. */
  readonly dataFolder?: string;
  /** A tar of a data folder to begin with, when there is none yet. */
  readonly snapshot?: Uint8Array;
  /** The machine went down while the folder was in use: look at every row before trusting it. */
  readonly isSuspect: boolean;
  /** The newest copy in that folder is what a new database begins with, before `snapshot`. */
  readonly restoreFrom?: string;
}

export type WorkerRequest =
  | { readonly type: 'query'; readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly type: 'script'; readonly id: number; readonly sql: string }
  /** Gives the whole database as a tar. */
  | { readonly type: 'dump'; readonly id: number }
  /** Makes a durable copy in that folder, and removes all but so many of the older ones. */
  | { readonly type: 'snapshot'; readonly id: number; readonly folder: string; readonly keepOlder: number }
  /** Puts everything on the disk. */
  | { readonly type: 'sync'; readonly id: number }
  | { readonly type: 'close'; readonly id: number };

export interface WorkerResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly affected: number;
  readonly command: string;
}

/** PostgreSQL's own report of a failure: an `Error` loses these fields on its way between threads. */
export interface WorkerProblem {
  readonly message: string;
  readonly code?: string;
  readonly constraint?: string;
}

export type WorkerResponse =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly problem: WorkerProblem }
  | { readonly type: 'result'; readonly id: number; readonly result: WorkerResult }
  | { readonly type: 'dumped'; readonly id: number; readonly tar: Uint8Array }
  | { readonly type: 'error'; readonly id: number; readonly problem: WorkerProblem }
  | { readonly type: 'notification'; readonly channel: string; readonly payload: string };
