import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError, NotFoundError } from '../core/errors.ts';
import { exportWav } from '../recording/export-wav.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import { listCallFolders } from '../recording/list-segments.ts';
import { type ReadRecording, type RecordingProblem, readRecording } from '../recording/read-recording.ts';
import { parseEnvironment, type RawEnvironment } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface RecordingOptions {
  readonly out?: string;
}

/** Unlocks a call's recording into a WAV file; exit 1 when something of it is missing or was refused. */
export async function recording(
  call: string,
  { out }: RecordingOptions,
  raw: RawEnvironment = process.env,
): Promise<ExitCode> {
  const environment = parseEnvironment(raw);
  const keys = environment.KAV_RECORDING_KEY;
  if (!keys) {
    throw new ConfigError('KAV_RECORDING_KEY', 'is not set', 'Set it to the key that the recording was made with.');
  }
  const place = await findCall(call, path.resolve(environment.KAV_DATA_DIR, RECORDINGS_FOLDER));
  const recorded = await readRecording({ ...place, keys });
  const file = out ?? `${recorded.callSid}.wav`;
  await writeWav(recorded, file);
  console.log(
    `${file}: ${(recorded.durationMs / 1000).toFixed(1)} s in stereo, caller left, ${recorded.segments} segments`,
  );
  for (const problem of recorded.problems) console.log(`  ${describeProblem(problem)}`);
  return recorded.problems.length === 0 ? EXIT.ok : EXIT.no;
}

interface CallPlace {
  readonly folder: string;
  readonly tenant?: string;
}

/** A folder as it is, or a CallSid that is sought in the folder of recordings. */
async function findCall(call: string, root: string): Promise<CallPlace> {
  if (await isFolder(call)) return { folder: call };
  const places: CallPlace[] = [];
  for await (const folder of listCallFolders(root)) {
    const [tenant, , callSid] = folder.split('/');
    if (callSid === call) places.push({ folder: path.join(root, folder), tenant: tenant! });
  }
  if (places.length === 1) return places[0]!;
  if (places.length === 0) {
    throw new NotFoundError(`a recording of ${call}`, `There is none below ${root}; give a CallSid, or a folder.`);
  }
  const folders = places.map(({ folder }) => folder).join(', ');
  throw new ConfigError('kav recording', `${call} is there more than once`, `Give one of the folders ${folders}.`);
}

const isFolder = async (name: string): Promise<boolean> =>
  stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Under its name when whole; for the owner's eyes, because it is not locked any more. */
async function writeWav(recorded: ReadRecording, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(exportWav(recorded), createWriteStream(part, { mode: 0o600 }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function describeProblem({ error, file, recordingId }: RecordingProblem): string {
  return `${file ?? recordingId}: ${error.message} (${error.code})`;
}
