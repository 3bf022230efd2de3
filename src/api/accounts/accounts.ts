import type { accountRoutes } from '../contract/accounts.ts';
import type { VisitHandlers } from '../visit.ts';
import { createByLink } from './by-link.ts';
import { createKeysAndAudit } from './keys-and-audit.ts';
import { createOwnAccount } from './own-account.ts';
import type { AccountParts } from './parts.ts';
import { createUsers } from './users.ts';
import { createWayIn } from './way-in.ts';

/** The handlers of all routes of accounts. */
export function createAccountHandlers(parts: AccountParts): VisitHandlers<keyof typeof accountRoutes> {
  return {
    ...createWayIn(parts),
    ...createByLink(parts),
    ...createOwnAccount(parts),
    ...createUsers(parts),
    ...createKeysAndAudit(parts),
  };
}
