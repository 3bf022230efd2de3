/** A process that cannot do the work tells those that can of an erasure in the store, so that nobody waits for the minute. */
import type { ErasureName } from '../../store/after-calls/erasures.ts';
import type { Store } from '../../store/store.ts';

const CHANNEL = 'kav_erasure';

export function announceErasure(store: Pick<Store, 'notify'>, { erasureId, tenant }: ErasureName): void {
  store.notify(CHANNEL, `${tenant} ${erasureId}`);
}

/** A lost announcement costs at most a minute. Returns the end of it. */
export function onErasure(store: Pick<Store, 'listen'>, begin: (name: ErasureName) => void): () => void {
  return store.listen(CHANNEL, {
    onPayload: (payload) => {
      const [tenant, erasureId] = payload.split(' ');
      if (tenant && erasureId) begin({ tenant, erasureId });
    },
    onGap: () => {},
  });
}
