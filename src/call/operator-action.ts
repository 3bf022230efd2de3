/** What operators can do in a call, as it comes from the node where they sit. */

export type OperatorAction =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'whisper'; readonly text: string }
  | { readonly type: 'take-over' }
  | { readonly type: 'give-back' }
  | { readonly type: 'hang-up' }
  | { readonly type: 'mute-recording'; readonly muted: boolean };

export interface OperatorRequest {
  /** The same one is carried out once. */
  readonly actionId: string;
  readonly by: string;
  readonly action: OperatorAction;
}

export type OperatorRefusal =
  /** Another operator has the call. */
  | 'taken'
  /** This operator does not have the call. */
  | 'not-taken'
  /** The call is already on its way to its end. */
  | 'leaving'
  /** The call is not recorded. */
  | 'not-recorded'
  /** A node of another version does not understand it. */
  | 'not-understood';

export type OperatorOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'done-before' }
  | { readonly type: 'refused'; readonly code: OperatorRefusal };

/** The name of the command between nodes. */
export const OPERATOR_COMMAND = 'operator';

const LONGEST_TEXT = 1_000;

/** Undefined for what is none. */
export function parseOperatorRequest(body: unknown): OperatorRequest | undefined {
  if (!isRecord(body) || !isRecord(body['action'])) return undefined;
  const { action, actionId, by } = body;
  const parsed = parseAction(action);
  return typeof actionId === 'string' && typeof by === 'string' && parsed
    ? { actionId, by, action: parsed }
    : undefined;
}

function parseAction({ muted, text, type }: Record<string, unknown>): OperatorAction | undefined {
  switch (type) {
    case 'say':
    case 'whisper':
      return typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST_TEXT ? { type, text } : undefined;
    case 'mute-recording':
      return typeof muted === 'boolean' ? { type, muted } : undefined;
    case 'take-over':
    case 'give-back':
    case 'hang-up':
      return { type };
    default:
      return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
