/** A node of a test: a cluster over a given store, and a desk that only keeps what it is told. */
import type { Afterwards, ClusterMember, Command, Performed, StreamClaim } from '../../../src/call/cluster.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { type ClusterOptions, type OpenCluster, openCluster } from '../../../src/nodes/cluster.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { keepLog } from '../../../src/server/server.fixture.ts';
import type { Store } from '../../../src/store/store.ts';

export interface MemberOptions extends Partial<ClusterOptions> {
  readonly tenant: string;
  readonly node: string;
}

export class Member implements ClusterMember {
  readonly cluster: OpenCluster;
  readonly clock: Clock;
  readonly lines: ReturnType<typeof keepLog>['lines'];
  /** The calls that it serves, and the attempts. */
  readonly serves = new Map<string, number>();
  readonly answers = new Map<string, Afterwards>();
  readonly lost: string[] = [];
  readonly performed: { readonly callSid: string; readonly command: Command }[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(store: Store, options: MemberOptions) {
    const { log, lines } = keepLog();
    this.lines = lines;
    this.clock = options.clock ?? createRealClock();
    this.cluster = openCluster({
      store,
      clock: this.clock,
      log,
      metrics: createMetrics(),
      process: `${options.node} of the test`,
      isGone: () => false,
      version: 'test',
      isAlone: store.kind === 'embedded',
      limits: { node: 1_000, tenant: 1_000, total: 1_000_000 },
      date: () => new Date(),
      settled: async () => {},
      ...options,
    });
    this.cluster.join(this);
  }

  liveCalls() {
    return [...this.serves].map(([callSid, attempt]) => ({ callSid, attempt }));
  }

  moved(callSid: string): void {
    this.lost.push(callSid);
    this.serves.delete(callSid);
    this.#news();
  }

  afterwards(callSid: string): Afterwards | undefined {
    return this.answers.get(callSid);
  }

  perform(callSid: string, command: Command): Performed {
    this.performed.push({ callSid, command });
    this.#news();
    if (command.name === 'break') throw new Error('it broke');
    return command.name === 'hang-up'
      ? { type: 'done', answer: { by: this.cluster.node } }
      : { type: 'refused', reason: 'unknown-command' };
  }

  /** Claims a stream of a call as the switchboard does, and serves the call if that succeeds. */
  async claim(callSid: string, attempt: number, claim: Partial<StreamClaim> = {}) {
    const issuedAt = this.cluster.date().getTime();
    const streamSid = `MZ-${this.cluster.node}-${attempt}`;
    const claimed = await this.cluster.claim({
      callSid,
      attempt,
      accountSid: 'AC1',
      streamSid,
      issuedAt,
      wantsPast: false,
      ...claim,
    });
    if (claimed.type === 'claimed') this.serves.set(callSid, attempt);
    return claimed;
  }

  /** Resolves when it is true, which is looked at whenever this member is told something. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isTrue()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #news(): void {
    for (const look of this.#waiting) look();
  }
}

export const callOf = (callSid: string) => ({ callSid, accountSid: 'AC1', from: '', to: '' });
