/** What the shell is told; `kav --help` and `docs/cli.md` list them. */
export const EXIT = {
  ok: 0,
  /** The command ran and its answer is no: an expectation failed, a call went wrong, the doctor says NO-GO. */
  no: 1,
  /** A flag, an environment variable or a file is wrong; the message says which and what to do. */
  config: 2,
  /** Kav's own fault. */
  bug: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
