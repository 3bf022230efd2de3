import { constants } from 'node:fs';
import { access, mkdir, readFile, statfs } from 'node:fs/promises';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';

const LEAST_NODE = 24;
const LEAST_DISK_MB = 200;
const GOOD_DISK_MB = 2_000;
/** Two for each call, and room for the rest. */
const GOOD_FILES = 4_096;

/** The machine under the deployment. */
export const machine: Check = {
  name: 'machine',
  area: 'deployment',
  title: 'Is the machine fit for it?',
  needs: [],
  budgetMs: 3_000,
  async run({ deployment }) {
    if (!deployment) return [];
    return [nodeVersion(process.versions.node), await diskSpace(deployment.dataDir), ...(await openFiles())];
  },
};

function nodeVersion(version: string): Finding {
  if (Number(version.split('.')[0]) >= LEAST_NODE) return ok(`Node ${version}`);
  return fail(`Node ${version} is too old`, { remedy: `Use Node ${LEAST_NODE} or newer; \`npm ci\` brings one.` });
}

async function diskSpace(dataDir: string): Promise<Finding> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
    const { bavail, bsize } = await statfs(dataDir);
    const freeMb = Math.floor((bavail * bsize) / 1_048_576);
    if (freeMb >= GOOD_DISK_MB) return ok(`${Math.floor(freeMb / 1_024)} GB free for journals and recordings`);
    const remedy = 'Free some space, or move KAV_DATA_DIR.';
    const trouble = { why: 'Journals, facts of calls and recordings are written there.', remedy };
    return (freeMb < LEAST_DISK_MB ? fail : warn)(`Only ${freeMb} MB free in KAV_DATA_DIR`, trouble);
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    return fail('KAV_DATA_DIR cannot be written', { seen, remedy: 'Give the folder to the user that runs Kav.' });
  }
}

/** Linux tells; elsewhere there is nothing to read. */
async function openFiles(): Promise<readonly Finding[]> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return [];
  if (soft === 'unlimited' || Number(soft) >= GOOD_FILES) return [ok(`${soft} files may be open`)];
  return [
    warn(`Only ${soft} files may be open`, {
      code: 31902,
      why: 'Each call holds several sockets and files; past the limit new connections are refused.',
      remedy: 'Raise it: LimitNOFILE=65536 in the systemd unit, or `ulimit -n 65536`.',
    }),
  ];
}
