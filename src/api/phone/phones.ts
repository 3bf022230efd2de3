/** Calls from browsers: announced by whoever is logged in, and begun within a minute on whatever node, once. */
import { createHash, randomBytes } from 'node:crypto';
import type { CallDesk } from '../../call/desk.ts';
import { TOKEN_LIFETIME_MS } from '../../call/stream-tokens.ts';
import type { Log } from '../../observe/log.ts';
import { type BrowserPhones, PROOF_PREFIX } from '../../server/browser-phones.ts';
import { keepToken, takeToken } from '../../store/queries/tokens.ts';
import type { Store } from '../../store/store.ts';

export interface PhonesOptions {
  readonly store: Pick<Store, 'db'>;
  readonly desk: Pick<CallDesk, 'open' | 'afterStream'>;
  readonly tenant: string;
  /** As Twilio would name it; any, when none is configured. */
  readonly accountSid: string | undefined;
  /** Makes the words of a version ready to be spoken; false when there is no such version. */
  readonly prepareVersion: (version: number) => Promise<boolean>;
  readonly log: Log;
}

export interface OpenedPhone {
  readonly callSid: string;
  readonly accountSid: string;
  readonly streamSid: string;
  readonly proof: string;
  readonly token: string;
}

const PURPOSE = 'browser-phone';
const NO_ACCOUNT = `AC${'0'.repeat(32)}`;
/** The call, the version that is tried in it, and 256 random bits. */
const PROOF = /^kav\.phone\.(CA[0-9a-f]{32})\.(\d{0,9})\.[A-Za-z0-9_-]{43}$/;

export class Phones implements BrowserPhones {
  readonly #o: PhonesOptions;

  constructor(options: PhonesOptions) {
    this.#o = options;
  }

  /** Whether there is such a version; it is at hand then. Rejects with `StoreError`. */
  has(version: number): Promise<boolean> {
    return this.#o.prepareVersion(version);
  }

  /** A call of `user` to the agent; undefined when no more calls are taken. Rejects with `StoreError`. */
  async open(user: string, version: number | undefined): Promise<OpenedPhone | undefined> {
    const { desk, store, tenant } = this.#o;
    const callSid = `CA${randomBytes(16).toString('hex')}`;
    const proof = `${PROOF_PREFIX}${callSid}.${version ?? ''}.${randomBytes(32).toString('base64url')}`;
    // First: a call that could never begin is not announced.
    await keepToken(store.db, tenant, {
      hash: hashOf(proof),
      purpose: PURPOSE,
      subject: callSid,
      ttlMs: TOKEN_LIFETIME_MS,
    });
    const call = { callSid, accountSid: this.#account, from: `client:${user}`, to: 'client:agent' };
    const opened = await desk.open(version === undefined ? call : { ...call, version });
    if (opened.type === 'refused') return undefined;
    const streamSid = `MZ${randomBytes(16).toString('hex')}`;
    return { callSid, accountSid: this.#account, streamSid, proof, token: opened.token };
  }

  async admit(proof: string): Promise<string | undefined> {
    const [, callSid, version = ''] = PROOF.exec(proof) ?? [];
    if (callSid === undefined) return undefined;
    const { store, tenant } = this.#o;
    const isTaken = await takeToken(store.db, tenant, { hash: hashOf(proof), purpose: PURPOSE, subject: callSid });
    // The call may have been announced on another node: this one, too, must have the words that are tried.
    if (isTaken && version !== '') await this.has(Number(version));
    return isTaken ? callSid : undefined;
  }

  /** A browser does not ask what follows, as Twilio does: nothing. */
  ended(callSid: string): void {
    const { desk, log } = this.#o;
    const over = { callSid, accountSid: this.#account, callStatus: 'completed', request: '' };
    Promise.resolve(desk.afterStream(over)).catch((error: unknown) => {
      log.error('CALL_BUG', { call_sid: callSid, error: String(error) });
    });
  }

  get #account(): string {
    return this.#o.accountSid ?? NO_ACCOUNT;
  }
}

const hashOf = (proof: string): string => createHash('sha256').update(proof).digest('hex');
