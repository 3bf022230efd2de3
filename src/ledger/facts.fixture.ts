/** Facts to be kept, and one way to open a ledger for all tests. */
import { crc32 } from 'node:zlib';
import type { LedgerError } from '../core/errors.ts';
import { type Fact, factKey } from '../core/fact.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import type { Ledger } from './contracts.ts';
import type { Disk } from './disk/disk.ts';
import { SimulatedDisk } from './disk/simulated-disk.fixture.ts';
import { type LedgerOptions, openLedger } from './ledger.ts';
import { encodeHeader } from './segments/record.ts';

export const FOLDER = '/data/ledger';

export function turn(index: number, callSid = 'CA1', text = `שורה ${index}`): Fact {
  const fromMs = index * 1000;
  const body = { type: 'turn', index, who: 'caller', text, fromMs, toMs: fromMs + 500 } as const;
  return {
    ...body,
    key: factKey(body),
    tenant: 'home',
    callSid,
    node: 'one',
    fence: 1,
    at: '2026-01-01T00:00:00.000Z',
  };
}

export const nameOf = (fact: Fact): string => `${fact.callSid} ${fact.key}`;

export interface Rig {
  readonly disk: SimulatedDisk;
  /** Of the living process: the alarms of a dead one never wake. */
  readonly clock: VirtualClock;
  /** What the operator was told. */
  readonly errors: LedgerError[];
  open(options?: Partial<LedgerOptions>): Promise<Ledger>;
  /** The process dies, and with the power what was not synced, as the seed says. */
  die(powerCutSeed?: number): void;
}

export function createRig(disk = new SimulatedDisk()): Rig {
  let clock = new VirtualClock();
  const errors: LedgerError[] = [];
  const onError = (error: LedgerError): void => void errors.push(error);
  return {
    disk,
    get clock() {
      return clock;
    },
    errors,
    open: (options) => openLedger({ folder: FOLDER, node: 'one', disk: disk.boot(), clock, onError, ...options }),
    die: (seed) => {
      clock = new VirtualClock();
      if (seed === undefined) disk.kill();
      else disk.powerCut(seed);
    },
  };
}

/** Every fact that the ledger still has, without calling any of them applied. */
export async function readAll(ledger: Ledger): Promise<readonly Fact[]> {
  return (await ledger.backlog.read(1_000_000)).map(({ fact }) => fact);
}

/** A disk whose user asks again when a sync fails, and believes the answer. */
export function askingAgain(disk: Disk): Disk {
  const trusting = async (opened: ReturnType<Disk['open']>) => {
    const file = await opened;
    return {
      write: (bytes: Uint8Array, position: number) => file.write(bytes, position),
      sync: () => file.sync().catch(() => file.sync()),
      close: () => file.close(),
    };
  };
  return new Proxy(disk, {
    get: (target, name: keyof Disk) =>
      name === 'create' || name === 'open' ? (file: string) => trusting(target[name](file)) : target[name],
  });
}

/** A sound header of a version that is not ours. */
export function foreignHeader(): Buffer {
  const header = encodeHeader(1);
  header[7] = 2;
  header.writeUInt32BE(crc32(header.subarray(12), crc32(header.subarray(0, 8))), 8);
  return header;
}
