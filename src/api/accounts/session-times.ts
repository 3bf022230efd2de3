/** How long a session lives: OWASP ASVS 7.3 asks for both. */
const MINUTE_MS = 60_000;

/** Without anything being done in it. */
export const IDLE_MS = 30 * MINUTE_MS;
/** Whatever is done in it. */
export const LONGEST_MS = 12 * 60 * MINUTE_MS;
