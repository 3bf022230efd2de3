/** A bucket refused, or did not answer in its protocol. The message holds the service's own word and nothing else of it. */
export class BucketFault extends Error {
  /** Undefined when no answer came. */
  readonly status: number | undefined;

  constructor(problem: string, details: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(problem, 'cause' in details ? { cause: details.cause } : undefined);
    this.status = details.status;
  }
}
