/** The doctor's questions to this deployment, asked again only after a while, and by one at a time. */
import type { Clock } from '../../core/clock.ts';
import type { HomeCheck } from '../contract/home.ts';

/** What a check of the doctor's has found, as it tells it. */
export interface ReportedCheck {
  readonly name: string;
  readonly area: string;
  readonly findings: readonly {
    readonly verdict: HomeCheck['verdict'];
    readonly title: string;
    readonly seen?: string;
    readonly code?: number;
    readonly why?: string;
    readonly remedy?: string;
  }[];
}

export interface OwnChecksOptions {
  /** Never rejects but for a bug; takes as long as the slowest check's budget. */
  readonly run: () => Promise<readonly ReportedCheck[]>;
  readonly clock: Clock;
}

const KEEP_MS = 60_000;
/** Whoever asks for it by a button may ask again sooner, but not in a loop. */
const KEEP_AT_LEAST_MS = 3_000;
/** A page is not kept waiting longer; what is found then is kept for the next one. */
const WAIT_MS = 25_000;

export class OwnChecks {
  readonly #o: OwnChecksOptions;
  #found: { readonly checks: readonly HomeCheck[]; readonly at: number } | undefined;
  #running: Promise<readonly HomeCheck[]> | undefined;

  constructor(options: OwnChecksOptions) {
    this.#o = options;
  }

  /** `anew`: what was found before a moment ago does not do. Undefined when the answer takes too long. */
  async read(anew = false): Promise<readonly HomeCheck[] | undefined> {
    const { clock } = this.#o;
    const age = this.#found ? clock.now() - this.#found.at : Number.POSITIVE_INFINITY;
    if (this.#found && age < (anew ? KEEP_AT_LEAST_MS : KEEP_MS)) return this.#found.checks;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    const late = Promise.withResolvers<undefined>();
    const disarm = clock.at(clock.now() + WAIT_MS, () => late.resolve(undefined));
    return await Promise.race([this.#running, late.promise]).finally(disarm);
  }

  async #run(): Promise<readonly HomeCheck[]> {
    const checks = (await this.#o.run()).flatMap(checksOf);
    this.#found = { checks, at: this.#o.clock.now() };
    return checks;
  }
}

function checksOf({ area, findings, name }: ReportedCheck): readonly HomeCheck[] {
  return findings.map(({ code = null, remedy = null, seen = null, title, verdict, why = null }, i) => ({
    id: i === 0 ? name : `${name}-${i + 1}`,
    area,
    verdict,
    title,
    seen,
    code,
    why,
    remedy,
  }));
}

/** All findings of a check. */
export function findingsOf(checks: readonly HomeCheck[], name: string): readonly HomeCheck[] {
  return checks.filter(
    ({ id }) => id === name || (id.startsWith(`${name}-`) && /^\d+$/.test(id.slice(name.length + 1))),
  );
}
