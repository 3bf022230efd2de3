/** Where recordings lie: `<tenant>/<yyyy-mm>/<CallSid>/<recordingId>-<index>.kavr` below the folder of recordings. */
import path from 'node:path';
import { PeerProtocolError } from '../core/errors.ts';

/** What places a call's recordings. */
export interface RecordedCall {
  readonly tenant: string;
  readonly callSid: string;
  /** When the call was announced; its month in UTC names the folder, also for what is recorded after midnight. */
  readonly openedAt: Date;
}

export interface SegmentName {
  readonly recordingId: string;
  readonly index: number;
}

export const RECORDINGS_FOLDER = 'recordings';
const SUFFIX = '.kavr';
/** Of a segment that is not wholly on the disk yet. */
export const PART_SUFFIX = '.part';

/** Neither a dot nor a separator: such a name leads nowhere but into its folder, on every system. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const RECORDING_ID = /^[0-9a-f]{32}$/;
const SEGMENT_NAME = /^([0-9a-f]{32})-(\d{6})\.kavr$/;

export const isPlainName = (name: string): boolean => PLAIN_NAME.test(name);

/** Relative to the folder of recordings, with `/`. Throws `PeerProtocolError` for a name that could lead elsewhere. */
export function folderOfCall({ tenant, callSid, openedAt }: RecordedCall): string {
  requireName('tenant', tenant, PLAIN_NAME);
  requireName('CallSid', callSid, PLAIN_NAME);
  return `${tenant}/${openedAt.toISOString().slice(0, 7)}/${callSid}`;
}

export function segmentFileName({ recordingId, index }: SegmentName): string {
  requireName('recording id', recordingId, RECORDING_ID);
  return `${recordingId}-${String(index).padStart(6, '0')}${SUFFIX}`;
}

/** Undefined for a file that is no closed segment. */
export function parseSegmentFileName(name: string): SegmentName | undefined {
  const match = SEGMENT_NAME.exec(name);
  return match ? { recordingId: match[1]!, index: Number(match[2]) } : undefined;
}

/** The CallSid that a folder of recordings is named by. */
export const callSidOfFolder = (folder: string): string => path.basename(path.resolve(folder));

function requireName(what: string, name: string, pattern: RegExp): void {
  if (pattern.test(name)) return;
  throw new PeerProtocolError('recording-name-invalid', `the ${what} ${JSON.stringify(name)} cannot name a folder`);
}
