/** The routes of running calls: the list for whoever asks once, and the actions of operators. */
import type { Cluster, Sent } from '../../call/cluster.ts';
import { OPERATOR_COMMAND, type OperatorOutcome, type OperatorRefusal } from '../../call/operator-action.ts';
import { StoreError } from '../../core/errors.ts';
import type { Live } from '../../live/live.ts';
import { type AskedAction, type Registered, registerAction, settleAction } from '../../store/queries/call-actions.ts';
import type { Store } from '../../store/store.ts';
import { ApiRefusal, type Handlers } from '../handler.ts';

export interface LiveHandlerOptions {
  readonly live: Live;
  readonly store: Pick<Store, 'db'>;
  readonly cluster: Pick<Cluster, 'send'>;
  /** Whose calls these are. */
  readonly tenant: string;
}

/** The node that has the call answers within it, or nothing is done. */
const ACT_MS = 3_000;

type Settled = 'done' | 'done-before' | OperatorRefusal | 'call-gone';

const REFUSALS: Readonly<Record<Exclude<Settled, 'done' | 'done-before'>, () => ApiRefusal>> = {
  taken: () => new ApiRefusal(409, 'taken', 'Another operator has this call.'),
  'not-taken': () => new ApiRefusal(409, 'not-taken', 'You have not taken this call over.'),
  leaving: () => new ApiRefusal(409, 'leaving', 'The call is ending already.'),
  'not-recorded': () => new ApiRefusal(409, 'not-recorded', 'This call is not recorded.'),
  'not-understood': () =>
    new ApiRefusal(409, 'not-understood', 'The node that has the call does not know this action.'),
  'call-gone': () => new ApiRefusal(409, 'call-gone', 'The call is over.'),
};

export function createLiveHandlers(options: LiveHandlerOptions): Handlers<'live-calls' | 'act'> {
  const { cluster, live, store, tenant } = options;
  return {
    'live-calls': async ({ caller }) => ({ calls: caller.tenant === tenant ? [...(await live.calls())] : [] }),
    act: async ({ body, caller, params }) => {
      const { action, actionId } = body;
      if (caller.tenant !== tenant) throw refusalOf('call-gone');
      const asked = { callSid: params.callSid, actionId, actor: caller.actor, action: action.type };
      const known = await registerAction(store.db, tenant, asked).catch(storeAway);
      const before = knownOutcome(known, asked);
      if (before !== undefined) return before;
      // Nobody knows what came of it, if it was asked before: the node that has the call does, and does it once.
      const command = { name: OPERATOR_COMMAND, body: { actionId, by: caller.actor, action } };
      const settled = settledBy(await cluster.send(params.callSid, command, ACT_MS));
      const outcome = settled === 'done-before' ? 'done' : settled;
      // It has been done, or not, whatever becomes of the note.
      await settleAction(store.db, tenant, { ...asked, outcome }).catch(() => {});
      if (settled !== 'done' && settled !== 'done-before') throw refusalOf(settled);
      return { outcome: settled };
    },
  };
}

function knownOutcome(known: Registered, { action, actor }: AskedAction): { outcome: 'done-before' } | undefined {
  if (known.type === 'new') return undefined;
  if (known.actor !== actor || known.action !== action) {
    throw new ApiRefusal(409, 'action-id-used', 'This actionId names another action.');
  }
  if (known.outcome === null) return undefined;
  if (known.outcome === 'done') return { outcome: 'done-before' };
  throw refusalOf(known.outcome as Exclude<Settled, 'done' | 'done-before'>);
}

/** Throws where it is not known whether it was done: the same request may be sent again. */
function settledBy(sent: Sent): Settled {
  switch (sent.type) {
    case 'done': {
      const outcome = sent.answer as OperatorOutcome;
      return outcome.type === 'refused' ? outcome.code : outcome.type;
    }
    case 'gone':
      return 'call-gone';
    case 'refused':
      if (sent.reason === 'no-such-call') return 'call-gone';
      if (sent.reason === 'unknown-command') return 'not-understood';
      throw new ApiRefusal(503, 'action-failed', 'The node that has the call failed. Send the same request again.');
    case 'silent':
      throw new ApiRefusal(
        503,
        'node-silent',
        'The node that has the call did not answer. Send the same request again.',
      );
    case 'unknown':
      throw new ApiRefusal(503, 'store-away', 'The database is away. Send the same request again.');
  }
}

const refusalOf = (code: Exclude<Settled, 'done' | 'done-before'>): ApiRefusal => REFUSALS[code]();

function storeAway(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ApiRefusal(503, 'store-away', 'The database is away, and nothing is done that cannot be written down.');
}
