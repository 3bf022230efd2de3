/** The system's name for what went wrong (`ENOENT`), when the error has one. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
