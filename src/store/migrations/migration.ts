/**
 * One step of the schema, forward only and run in a transaction of its own. A step expands (adds what the running code
 * does not know yet) or contracts (removes what no running code uses any more), never both.
 */
export interface Migration {
  /** 1, 2, 3 … without a gap. A released step is never changed. */
  readonly version: number;
  readonly name: string;
  /**
   * The oldest code, by its newest migration, that can work on the schema after this step. An expanding step repeats
   * the number of the step before it; a contracting one names the version at which the code stopped using what it drops.
   */
  readonly compatibleFrom: number;
  readonly sql: string;
}
