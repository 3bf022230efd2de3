import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What makes two utterances the same audio. */
export interface SpeechKey {
  readonly provider: string;
  readonly voice: string | undefined;
  readonly language: string;
  readonly text: string;
}

/** Speech kept from one run of the server to the next: a greeting is paid for once. */
export interface SpeechStore {
  /** µ-law of 8 kHz, or undefined when it is not there. */
  read(key: SpeechKey): Promise<Uint8Array | undefined>;
  write(key: SpeechKey, audio: Uint8Array): Promise<void>;
}

/** Keeps each utterance as a file of its own, named by the hash of its key, so that nothing of the text is in the name. */
export function createSpeechFolder(folder: string): SpeechStore {
  const fileOf = ({ provider, voice, language, text }: SpeechKey): string => {
    const hash = createHash('sha256').update(JSON.stringify([provider, voice ?? '', language, text]));
    return path.join(folder, `${hash.digest('hex').slice(0, 40)}.ulaw`);
  };
  return {
    read: async (key) => {
      try {
        const audio = await readFile(fileOf(key));
        return audio.length > 0 ? new Uint8Array(audio) : undefined;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: async (key, audio) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(key);
      // Renamed when whole: a process that dies in the middle leaves no half a greeting behind.
      await writeFile(`${file}.part`, audio, { mode: 0o600 });
      await rename(`${file}.part`, file);
    },
  };
}
