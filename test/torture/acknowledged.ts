/** What the server has acknowledged to the harness, by whatever means: the harness's own list. */
export interface AcknowledgedFact {
  readonly kind: 'call-opened' | 'stream-started' | 'turn' | 'tool-effect' | 'call-ended' | 'recording';
  readonly callSid: string;
  /** The tool's number, the words of the turn, the recording's or the stream's SID. */
  readonly what: string;
  /** How many kills there had been. */
  readonly reign: number;
}

export class Acknowledged {
  readonly facts: AcknowledgedFact[] = [];
  readonly #names = new Set<string>();

  add(fact: AcknowledgedFact): void {
    const name = nameOf(fact);
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.facts.push(fact);
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.facts) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}

export const nameOf = ({ kind, callSid, what }: AcknowledgedFact): string => `${kind} ${callSid} ${what}`;
