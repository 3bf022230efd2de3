/** From a cookie or a key to who asks. The store is asked each time: what was taken away is gone with the next request. */

import { useKey } from '../../store/queries/api-keys.ts';
import { useSession } from '../../store/queries/sessions.ts';
import type { Db } from '../../store/schema.ts';
import type { Caller } from '../handler.ts';
import { hashSecret } from './secrets.ts';
import { IDLE_MS } from './session-times.ts';

export interface Identity {
  /** Undefined for a session that has ended. Rejects with `StoreError` when that cannot be known. */
  ofSession(secret: string): Promise<Caller | undefined>;
  /** Undefined for what is no key. */
  ofKey(secret: string): Promise<Caller | undefined>;
}

export const KEY_PREFIX = 'kav_';

export function createIdentity({ db, tenant }: { readonly db: Db; readonly tenant: string }): Identity {
  return {
    ofSession: async (secret) => {
      const sessionHash = hashSecret(secret);
      const user = await useSession(db, tenant, { sessionHash, idleMs: IDLE_MS });
      return user && { tenant, actor: user.email, userId: user.user_id, role: user.role, sessionHash };
    },
    ofKey: async (secret) => {
      if (!KEY.test(secret)) return undefined;
      const key = await useKey(db, tenant, hashSecret(secret));
      return key && { tenant, actor: `key:${key.name}`, userId: undefined, role: key.role, sessionHash: undefined };
    },
  };
}

const KEY = /^kav_[\w-]{43}$/;
