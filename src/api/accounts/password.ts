/** Passwords by argon2id, off this thread, and few at once: a hash takes 19 MiB and tens of milliseconds of a core. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ApiRefusal } from '../handler.ts';

export interface Passwords {
  /** A PHC string. */
  hash(password: string): Promise<string>;
  /** Takes as long for a user who is not there, or has no password. */
  isRight(password: string, hash: string | null | undefined): Promise<boolean>;
}

interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet: argon2id with m=19 MiB, t=2, p=1. */
const COST: Cost = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Node's four helper threads also sync the ledger: one of them at most is for passwords. */
const MOST_WAITING = 40;

const derive = promisify(argon2);

export function createPasswords(cost: Cost = COST): Passwords {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other. Whoever would wait for seconds is sent away. */
  const inTurn = async (password: string, salt: Buffer, { memoryKib, parallelism, passes }: Cost): Promise<Buffer> => {
    if (waiting >= MOST_WAITING) {
      throw new ApiRefusal(503, 'busy', 'Too many log in at once. Try again in a few seconds.', undefined, 3);
    }
    waiting++;
    const turn = last.then(() =>
      derive('argon2id', {
        message: Buffer.from(password.normalize('NFKC')),
        nonce: salt,
        parallelism,
        memory: memoryKib,
        passes,
        tagLength: HASH_BYTES,
      }),
    );
    last = turn.catch(() => {}); // its own caller hears of it
    try {
      return await turn;
    } finally {
      waiting--;
    }
  };

  return {
    hash: async (password) => {
      const salt = randomBytes(SALT_BYTES);
      return write(cost, salt, await inTurn(password, salt, cost));
    },
    isRight: async (password, hash) => {
      const kept = hash ? read(hash) : undefined;
      const derived = await inTurn(password, kept?.salt ?? Buffer.alloc(SALT_BYTES), kept?.cost ?? cost);
      return kept !== undefined && kept.hash.byteLength === derived.byteLength && timingSafeEqual(kept.hash, derived);
    },
  };
}

/** https://github.com/P-H-C/phc-string-format */
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function write({ memoryKib, parallelism, passes }: Cost, salt: Buffer, hash: Buffer): string {
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${text(salt)}$${text(hash)}`;
}

function read(phc: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } | undefined {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}
