import type { Store } from '../../store/store.ts';

/** What the handlers of people need of the rest of Kav. */
export interface PeopleDeps {
  readonly db: Store['db'];
  /** The agent's, BCP 47: a tenant that has not named its stages has them in this language. */
  readonly language: () => string;
}
