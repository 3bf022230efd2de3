/** Keys for programs, and the log of what everybody did. */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { addKey, listKeys, removeKey } from '../../store/queries/api-keys.ts';
import { listAudit, writeAudit } from '../../store/queries/audit.ts';
import type { ApiKeysTable } from '../../store/schema.ts';
import { inTransaction } from '../../store/sql.ts';
import type { ApiKey, accountRoutes } from '../contract/accounts.ts';
import { ApiRefusal } from '../handler.ts';
import type { VisitRequest } from '../visit.ts';
import { KEY_PREFIX } from './identity.ts';
import { type AccountParts, DONE } from './parts.ts';
import { hashSecret, newSecret } from './secrets.ts';

type Routes = typeof accountRoutes;

export function createKeysAndAudit({ db, tenant }: AccountParts) {
  return {
    'list-keys': async () => ({ keys: (await listKeys(db, tenant)).map(keyOf) }),

    'add-key': async ({ body, caller }: VisitRequest<Routes['add-key']>) => {
      const secret = KEY_PREFIX + newSecret();
      const added = { ...body, keyId: randomUUID(), secretHash: hashSecret(secret), createdBy: caller.actor };
      const key = await inTransaction(db, async (trx) => {
        const details = { role: body.role };
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'add-key', subject: body.name, details });
        return addKey(trx, tenant, added);
      });
      return { key: keyOf(key), secret };
    },

    'remove-key': async ({ caller, params }: VisitRequest<Routes['remove-key']>) => {
      await inTransaction(db, async (trx) => {
        const removed = await removeKey(trx, tenant, params.keyId);
        if (!removed) throw new ApiRefusal(404, 'not-found', 'There is no such key.');
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'remove-key', subject: removed.name });
      });
      return DONE;
    },

    'list-audit': async ({ query }: VisitRequest<Routes['list-audit']>) => {
      const { before, limit } = query;
      if (before !== undefined && !/^\d{1,15}$/.test(before)) {
        throw new ApiRefusal(400, 'invalid', 'This is no cursor of the audit log.', { before: 'is not known here' });
      }
      const rows = await listAudit(db, tenant, {
        limit: limit + 1,
        ...(before === undefined ? {} : { beforeId: Number(before) }),
      });
      const items = rows.slice(0, limit).map(({ action, actor, at, audit_id, details, subject }) => ({
        id: audit_id,
        at: at.toISOString(),
        actor,
        action,
        subject,
        details,
      }));
      return { items, next: rows.length > limit ? String(items.at(-1)!.id) : null };
    },
  };
}

function keyOf({ created_at, key_id, name, role, used_at }: Selectable<ApiKeysTable>): ApiKey {
  return {
    keyId: key_id,
    name,
    role,
    createdAt: created_at.toISOString(),
    usedAt: used_at?.toISOString() ?? null,
  };
}
