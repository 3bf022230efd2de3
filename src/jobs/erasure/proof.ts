/** What an erasure has done so far, for whoever asked for it. The person's number is not in it. */
import type { Counts } from '../../store/after-calls/counts.ts';
import { type ErasureName, type NodePart, nodesOfErasure, readErasure } from '../../store/after-calls/erasures.ts';
import { liveNodes } from '../../store/cluster/nodes.ts';
import type { Db } from '../../store/schema.ts';

export interface ErasureProof extends ErasureName {
  /** HMAC-SHA256 of tenant and number under the erasure key: the same person has the same. */
  readonly subjectHash: string;
  readonly requestedAt: Date;
  /** When everything but the nodes' own files was gone. */
  readonly doneAt: Date | undefined;
  /** The person's calls. */
  readonly calls: number;
  /** Calls of others in which the number was said. */
  readonly mentionedIn: number;
  /** How much was erased where: tables, objects, jobs, copies of the database, recordings at Twilio. */
  readonly erased: Readonly<Counts>;
  readonly nodes: readonly NodePart[];
  /** Nodes that live and have not looked yet. */
  readonly waitingFor: readonly string[];
  /** Recordings that Twilio has not deleted yet. */
  readonly leftAtTwilio: number;
}

export async function proveErasure(db: Db, name: ErasureName): Promise<ErasureProof | undefined> {
  const erasure = await readErasure(db, name);
  if (erasure === undefined) return undefined;
  const nodes = await nodesOfErasure(db, name);
  const looked = new Set(nodes.map(({ node }) => node));
  const { callSids, carrierCopies, doneAt, mentionedIn, report, requestedAt, subjectHash } = erasure;
  return {
    tenant: name.tenant,
    erasureId: name.erasureId,
    subjectHash,
    requestedAt,
    doneAt,
    calls: callSids.length,
    mentionedIn: mentionedIn.length,
    erased: report,
    nodes,
    waitingFor: (await liveNodes(db)).map(({ node }) => node).filter((node) => !looked.has(node)),
    leftAtTwilio: carrierCopies.length,
  };
}

export function isProven({
  doneAt,
  waitingFor,
}: {
  readonly doneAt?: unknown;
  readonly waitingFor: readonly string[];
}) {
  return doneAt !== undefined && waitingFor.length === 0;
}
