/** The LISTEN connection: alone, pinged, and replaced when it breaks or falls silent. */
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Clock } from '../../core/clock.ts';
import { backOffMs } from '../back-off.ts';
import { within } from '../deadline.ts';
import { type Listening, quotedName } from '../engine.ts';
import { clientConfig } from './pool.ts';

const CONNECT_MS = 2000;
const PING_EVERY_MS = 5000;
const ANSWER_MS = 2000;

export interface ListenerOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly clock: Clock;
}

/** Connects when somebody listens, and reconnects for as long as somebody does. A half-open line is found within 7 s. */
export class PostgresListener {
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #channels = new Map<string, Set<Listening>>();
  #client: Client | undefined;
  #running: Promise<void> | undefined;
  /** The statement before: a connection takes one at a time. */
  #asked: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  listen(channel: string, listening: Listening): () => void {
    const isNew = !this.#channels.has(channel);
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(listening));
    if (isNew && this.#client) void this.#listenOn(this.#client, channel);
    else if (this.#client) queueMicrotask(listening.onGap);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return () => {
      listeners.delete(listening);
      if (listeners.size > 0 || !this.#channels.delete(channel)) return;
      if (this.#client) void this.#ask(this.#client, `unlisten ${quotedName(channel)}`);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#channels.clear();
    this.#wake();
    this.#cut();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures++) {
      if (failures > 0) await this.#pause(backOffMs(failures));
      if (this.#isClosed) return;
      const isConnected = await this.#connectOnce();
      if (isConnected) failures = 0;
    }
  }

  /** Resolves when the line has ended; to whether it ever worked. */
  async #connectOnce(): Promise<boolean> {
    const { clock, databaseUrl, applicationName } = this.#options;
    const { default: pg } = await import('pg');
    if (this.#isClosed) return false;
    const settings = { databaseUrl, applicationName: `${applicationName} listen`, connectTimeoutMs: CONNECT_MS };
    const client = new pg.Client(clientConfig(settings, this.#sockets, pg.types));
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => this.#cut());
    client.on('notification', ({ channel, payload = '' }) => {
      for (const { onPayload } of this.#channels.get(channel) ?? []) onPayload(payload);
    });
    try {
      await within(clock, CONNECT_MS, client.connect(), () => this.#cut());
    } catch {
      this.#cut();
      return false;
    }
    this.#client = client;
    for (const channel of this.#channels.keys()) await this.#listenOn(client, channel);
    const stopPings = this.#ping(client);
    await ended;
    stopPings();
    this.#client = undefined;
    return true;
  }

  async #listenOn(client: Client, channel: string): Promise<void> {
    if (!(await this.#ask(client, `listen ${quotedName(channel)}`))) return;
    for (const { onGap } of this.#channels.get(channel) ?? []) onGap();
  }

  /** A line that fails or does not answer is cut; its end is what leads to the next one. */
  async #ask(client: Client, sql: string): Promise<boolean> {
    const answered = this.#asked.then(() =>
      within(this.#options.clock, ANSWER_MS, client.query(sql), () => this.#cut()),
    );
    this.#asked = answered.catch(() => {});
    try {
      await answered;
      return true;
    } catch {
      this.#cut();
      return false;
    }
  }

  #ping(client: Client): () => void {
    const { clock } = this.#options;
    let cancel = () => {};
    const next = (isAlive: boolean) => {
      if (!isAlive) return;
      cancel = clock.at(clock.now() + PING_EVERY_MS, () => void this.#ask(client, 'select 1').then(next));
    };
    next(true);
    return () => cancel();
  }

  #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
