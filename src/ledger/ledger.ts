/**
 * The ledger: what calls bring about, made durable on this machine before it is applied to the store, which may be away.
 * It is what makes an acknowledged fact survive a killed process and a power cut.
 */
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { LedgerError } from '../core/errors.ts';
import { AgeMarks } from './age-marks.ts';
import { FileBacklog } from './backlog.ts';
import type { Ledger } from './contracts.ts';
import type { Disk, DiskLock } from './disk/disk.ts';
import { defaultIntakeLimits, Intake, type IntakeLimits } from './intake.ts';
import { loadCursor } from './segments/cursor.ts';
import { Progress } from './segments/progress.ts';
import { recoverSegments } from './segments/recover.ts';
import { defaultSegmentLimits, type SegmentLimits } from './segments/segment.ts';
import { SegmentWriter } from './segments/segment-writer.ts';

export interface LedgerOptions {
  /** The folder of all ledgers in one data directory; each node has its own in it. */
  readonly folder: string;
  readonly node: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Whatever an operator must know. What people said is at most in its `cause`. */
  readonly onError: (error: LedgerError) => void;
  readonly limits?: Partial<IntakeLimits & SegmentLimits>;
  /** Applied facts stay until they are released: the store that took them may yet lose them. Default false. */
  readonly holds?: boolean;
}

/** How many processes may call themselves by one name: one that drains for an hour, its successor, an adopter. */
const SLOTS = 16;

/**
 * Opens a ledger for a node: the first of the node's folders that no living process has. What earlier owners of the folder
 * left comes first in its backlog. Rejects with a `LedgerError`: `ledger-locked` if all are taken.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { disk, folder, node } = options;
  try {
    await disk.createFolder(folder);
    for (let slot = 1; slot <= SLOTS; slot++) {
      const name = nameOfSlot(node, slot);
      const lock = await disk.lock(lockOf(folder, name));
      if (lock) return await openLocked(path.join(folder, name), options, lock);
    }
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError('ledger-disk-failed', `the ledger in ${folder} cannot be opened`, error);
  }
  throw new LedgerError('ledger-locked', `other processes have all ${SLOTS} ledgers of node ${node} in ${folder}`);
}

/** `..` and `/` are harmless in it. */
function nameOfSlot(node: string, slot: number): string {
  return `node-${encodeURIComponent(node)}${slot === 1 ? '' : `~${slot}`}`;
}

/** A lock is beside its folder and stays when the folder goes: see `Disk.lock`. */
export function lockOf(folder: string, name: string): string {
  return path.join(folder, `lock-${name}`);
}

async function openLocked(folder: string, options: LedgerOptions, lock: DiskLock): Promise<Ledger> {
  try {
    const ledger = await openFolder(folder, options);
    return { ...ledger, close: () => ledger.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opens the ledger in a folder whose lock the caller has. */
export async function openFolder(folder: string, options: Omit<LedgerOptions, 'folder' | 'node'>): Promise<Ledger> {
  const { disk, clock, holds = false, onError } = options;
  const limits = { ...defaultSegmentLimits, ...defaultIntakeLimits, ...options.limits };
  await disk.createFolder(folder);
  const { segments, nextNumber, ...recovered } = await recoverSegments(disk, folder, onError);
  // Segments are removed from the front and only when applied, whether or not the cursor could be saved.
  const applied = Math.max((await loadCursor(disk, folder, onError)) ?? 0, (segments[0]?.first ?? 1) - 1);
  const next = Math.max(recovered.next, applied + 1);

  const writer = new SegmentWriter({ folder, disk, clock, limits, segments, nextNumber, next, onError });
  const progress = new Progress({ folder, disk, clock, segments, writer, applied, holds, onError });
  const backlog = new FileBacklog({ folder, disk, segments, progress, onError });
  const ages = new AgeMarks();
  ages.add(applied + 1, clock.now());
  const onDurable = (count: number): void => {
    ages.add(writer.next - count, clock.now());
    backlog.wake();
  };
  const intake = new Intake({ clock, writer, limits, onError, onDurable });

  const close = async (): Promise<void> => {
    await intake.close();
    try {
      await writer.close();
    } finally {
      await progress.close();
    }
  };
  let closing: Promise<void> | undefined;
  return {
    append: (fact) => intake.append(fact),
    note: (fact) => intake.note(fact),
    flush: () => intake.flush(),
    backlog,
    turn: () => writer.turn(),
    release: (sequence) => progress.release(sequence),
    rewind: () => backlog.rewind(),
    stats: () => {
      const unapplied = writer.next - 1 - progress.applied;
      return {
        waiting: intake.waiting,
        unapplied,
        applied: progress.applied,
        oldestUnappliedMs: unapplied > 0 ? ages.ageOf(progress.applied + 1, clock.now()) : 0,
        bytes: segments.reduce((sum, segment) => sum + segment.length, 0),
        syncMs: intake.syncMs,
        refusedNotes: intake.refusedNotes,
        tornTails: recovered.tornTail ? 1 : 0,
        lostFacts: backlog.lost,
        refusedFacts: backlog.refused,
      };
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
