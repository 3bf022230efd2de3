/** Times go from the moment the tests run, so that "today" is today. */
const MINUTE_MS = 60_000;

export const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
export const ahead = (minutes: number): string => ago(-minutes);
export const callSidOf = (n: number): string => `CA${n.toString(16).padStart(32, '0')}`;
