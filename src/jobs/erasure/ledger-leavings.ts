/**
 * What ledgers have set aside for a person to look at, as far as it is of somebody who is erased. Such a fact may be all
 * that is known of a call, so it is also looked at for the number, by its hash.
 */
import type { Fact } from '../../core/fact.ts';
import { removeDamaged } from '../../ledger/damaged-segments.ts';
import type { Disk } from '../../ledger/disk/disk.ts';
import { listRefused, type RefusedFact, siftRefused } from '../../ledger/refused-facts.ts';
import { addTo, type Counts } from '../../store/after-calls/counts.ts';
import type { RecentErasure } from '../../store/after-calls/erasures.ts';
import { subjectHash } from './subject-hash.ts';

export interface LeavingsOptions {
  readonly disk: Disk;
  /** The folder of all ledgers in this data directory. */
  readonly ledgers: string;
  readonly erasureKey: Uint8Array;
}

export interface ErasedLeavings {
  readonly counts: Readonly<Counts>;
  /** Calls of the person that the erasure does not name yet. */
  readonly newCalls: readonly string[];
}

const E164 = /\+[1-9]\d{6,14}/g;

/**
 * `isNew`: this node looks for that erasure for the first time. Then everything goes of which nobody can say whose it is:
 * a damaged segment, all of whose readable facts are in the store, and a torn line.
 */
export async function eraseLeavings(
  { disk, erasureKey, ledgers }: LeavingsOptions,
  erasure: RecentErasure,
  isNew: boolean,
): Promise<ErasedLeavings> {
  const { callSids, mentionedIn, subjectHash: subject, tenant } = erasure;
  const isSubject = (number: string): boolean => subjectHash(erasureKey, tenant, number) === subject;
  const named = new Set([...callSids, ...mentionedIn]);
  const found = (await listRefused(disk, ledgers)).flatMap(({ fact }) => fact ?? []);
  const newCalls = new Set(
    found.filter((fact) => isOfCaller(fact, tenant, isSubject) && !callSids.includes(fact.callSid)).map(callOf),
  );
  const goes = ({ fact }: RefusedFact): boolean => {
    if (fact === undefined) return isNew;
    if (fact.tenant !== tenant) return false;
    return named.has(fact.callSid) || newCalls.has(fact.callSid) || numbersIn(fact).some(isSubject);
  };
  const counts: Counts = {};
  if (found.length > 0 || isNew) {
    addTo(counts, 'refused_facts', await siftRefused(disk, ledgers, (refused) => !goes(refused)));
  }
  const isTouched = (bytes: Buffer): boolean => isNew || callSids.some((callSid) => bytes.includes(callSid));
  addTo(counts, 'damaged_segments', await removeDamaged(disk, ledgers, isTouched));
  return { counts, newCalls: [...newCalls] };
}

function isOfCaller(fact: Fact, tenant: string, isSubject: (number: string) => boolean): boolean {
  return fact.tenant === tenant && fact.type === 'call-opened' && [fact.from, fact.to].some(isSubject);
}

const callOf = ({ callSid }: Fact): string => callSid;
const numbersIn = (fact: Fact): readonly string[] => JSON.stringify(fact).match(E164) ?? [];
