import { StoreError } from '../../core/errors.ts';
import { ApiRefusal, type Handlers } from '../handler.ts';
import type { Phones } from './phones.ts';

export interface PhoneHandlerOptions {
  readonly phones: Phones;
  readonly tenant: string;
  readonly agentName: string;
}

/** The path of `src/server/routes.ts`, and the subprotocol that is answered there. */
const PATH = '/ws/twilio-media';
const SUBPROTOCOL = 'audio.twilio.com';

export function createPhoneHandlers({ agentName, phones, tenant }: PhoneHandlerOptions): Handlers<'open-phone'> {
  return {
    'open-phone': async ({ body: { version }, caller, params }) => {
      if (caller.tenant !== tenant || params.name !== agentName) {
        throw new ApiRefusal(404, 'not-found', 'There is no agent of this name.');
      }
      if (version !== undefined && !(await phones.has(version).catch(storeAway))) {
        throw new ApiRefusal(404, 'no-such-version', 'There is no such version.');
      }
      const opened = await phones.open(caller.userId ?? caller.actor, version).catch(storeAway);
      if (!opened) throw new ApiRefusal(503, 'no-calls', 'The server takes no more calls at the moment.');
      const { accountSid, callSid, proof, streamSid, token } = opened;
      return {
        callSid,
        accountSid,
        streamSid,
        path: PATH,
        protocols: [SUBPROTOCOL, proof],
        // What the TwiML of an announced call gives to Twilio.
        parameters: { call_sid: callSid, token },
      };
    },
  };
}

function storeAway(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ApiRefusal(503, 'store-away', 'The database is away, and no call can be proven without it.');
}
