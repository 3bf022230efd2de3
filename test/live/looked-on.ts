/** An office whose calls are looked on at through the real live socket, on the office's clock. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { LiveMessage, LiveRequest } from '../../src/api/contract/live.ts';
import { createLiveDoor } from '../../src/api/live/create-door.ts';
import { NewsDesk } from '../../src/api/live/news-desk.ts';
import type { LiveDoor, SessionWatch } from '../../src/api/live-door.ts';
import type { Audience } from '../../src/call/call-tap.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import type { BusRaw } from '../../src/live/bus/bus.ts';
import { Live } from '../../src/live/live.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { sentencesOf } from '../../src/why/sentences.ts';
import { Office, type OfficeOptions } from '../scenarios/whole-call.ts';

export interface LookedOnOptions extends OfficeOptions {
  readonly node?: string;
  readonly bus?: BusRaw;
  /** Without one, its database is away. It is closed with the office. */
  readonly store?: Store;
}

/** Nobody listens there: a database that is away. */
export const openAwayStore = (): Store =>
  openStore({ databaseUrl: 'postgres://kav@127.0.0.1:1/nowhere', clock: createRealClock() });

export class LookedOnOffice {
  readonly office: Office;
  readonly live: Live;
  readonly door: LiveDoor;
  readonly news: NewsDesk;
  readonly store: Store;
  /** Ends every session. */
  endSessions: () => void = () => {};
  readonly #server: Server;
  readonly #watchers: Watcher[] = [];

  private constructor(office: Office, live: Live, store: Store) {
    this.office = office;
    this.store = store;
    this.live = live;
    const { clock } = office;
    this.news = new NewsDesk({ store: this.store, clock, tenant: 'default' });
    this.door = createLiveDoor({
      live,
      sessions: this.#sessions(),
      news: this.news,
      clock,
      log: office.log,
      tenant: 'default',
    });
    this.#server = createServer();
    this.#server.on('upgrade', (request, socket, head) => this.door.upgrade(request, socket, head, callerOf(request)));
  }

  static async open({ node = 'node-1', bus, store, ...options }: LookedOnOptions = {}): Promise<LookedOnOffice> {
    // The office's switchboard and its onlookers need each other.
    let live: Live | undefined;
    const audience: Audience = {
      began: (call) => live?.audience.began(call),
      ended: (call) => live?.audience.ended(call),
    };
    const office = new Office({ ...options, audience });
    live = new Live({
      clock: office.clock,
      node,
      date: () => new Date(office.clock.now()),
      tell: sentencesOf,
      operatorsOf: (callSid) => office.desk.operatorsOf(callSid),
      bus,
    });
    await office.runtime.prepare();
    const looked = new LookedOnOffice(office, live, store ?? openAwayStore());
    await new Promise<void>((resolve) => looked.#server.listen(0, '127.0.0.1', resolve));
    return looked;
  }

  #sessions(): SessionWatch {
    const ends = new Set<() => void>();
    this.endSessions = () => {
      for (const end of [...ends]) end();
    };
    return {
      watch: (_session, onEnd) => {
        ends.add(onEnd);
        return { used: () => {}, stop: () => void ends.delete(onEnd) };
      },
    };
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/live`;
  }

  /** A browser of somebody with this role. */
  async watcher(role = 'operator', actor = 'ann@office'): Promise<Watcher> {
    const watcher = new Watcher(this.url, role, actor);
    this.#watchers.push(watcher);
    await watcher.opened;
    return watcher;
  }

  async close(): Promise<void> {
    for (const watcher of this.#watchers) watcher.socket.terminate();
    this.live.close();
    await this.door.close();
    await this.news.close();
    await this.office.desk.close();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.store.close();
  }
}

function callerOf({ headers }: IncomingMessage) {
  const role = (headers['x-role'] ?? 'viewer') as 'viewer' | 'operator' | 'owner' | 'anonymous';
  const tenant = String(headers['x-tenant'] ?? 'default');
  return { tenant, actor: String(headers['x-actor']), userId: 'u1', role, sessionHash: 'h' };
}

export class Watcher {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly messages: LiveMessage[] = [];
  readonly audio: Buffer[] = [];
  #look: () => void = () => {};

  constructor(url: string, role: string, actor: string, tenant = 'default') {
    this.socket = new WebSocket(url, 'kav.live', {
      headers: { 'x-role': role, 'x-actor': actor, 'x-tenant': tenant },
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) this.audio.push(data as Buffer);
      else this.messages.push(JSON.parse((data as Buffer).toString()) as LiveMessage);
      this.#look();
    });
  }

  send(request: LiveRequest | string): void {
    this.socket.send(typeof request === 'string' ? request : JSON.stringify(request));
  }

  /** The first message that is so, whether it has come or is to come; it is taken out. */
  async next<T extends LiveMessage['type']>(
    type: T,
    isSo: (message: Extract<LiveMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<LiveMessage, { type: T }>> {
    for (;;) {
      const at = this.messages.findIndex(
        (message) => message.type === type && isSo(message as Extract<LiveMessage, { type: T }>),
      );
      if (at >= 0) return this.messages.splice(at, 1)[0] as Extract<LiveMessage, { type: T }>;
      await this.#news();
    }
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) await this.#news();
  }

  /** Resolves when the server has read all that was sent. */
  read(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.once('pong', () => resolve());
      this.socket.ping();
    });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#look = resolve;
    });
  }
}
