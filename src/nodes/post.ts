/**
 * Commands from node to node: a row, and a notification that there is one. A lost notification costs a poll. A command is
 * carried out at most once, and never after its time; its answer is written into its row.
 */
import { randomUUID } from 'node:crypto';
import type { Command, Performed, Sent } from '../call/cluster.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import {
  answerCommand,
  leaveCommand,
  readAnswers,
  type TakenCommand,
  takeCommands,
} from '../store/queries/commands.ts';
import type { Store } from '../store/store.ts';
import type { Ask } from './ask.ts';
import { NODES_CHANNEL } from './channel.ts';

export interface PostOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ask: Ask;
  readonly tenant: string;
  readonly node: string;
  readonly run: string;
  readonly perform: (callSid: string, command: Command) => Promise<Performed>;
}

const POLL_EVERY_MS = 1_000;
/** While somebody waits for an answer. */
const POLL_ANSWERS_MS = 200;

export class Post {
  readonly #o: PostOptions;
  readonly #waiting = new Map<string, (answer: Performed) => void>();
  readonly #handling = new Set<Promise<void>>();
  #isLooking = false;
  #looksAgain = false;
  #looking: Promise<void> = Promise.resolve();
  #disarm: () => void = () => {};
  #isClosed = false;

  constructor(options: PostOptions) {
    this.#o = options;
    this.#poll();
  }

  async send(callSid: string, { body, name }: Command, withinMs: number): Promise<Sent> {
    const { ask, clock, node, store, tenant } = this.#o;
    const commandId = randomUUID();
    const command = { commandId, callSid, fromNode: node, name, body, withinMs };
    const work = leaveCommand(store.db, tenant, command).then((to) => ({ to }));
    const left = await ask({ name: 'command', callSid, withinMs, work });
    if (!left) return { type: 'unknown' };
    if (left.to === undefined) return { type: 'gone' };
    const answer = Promise.withResolvers<Sent>();
    this.#waiting.set(commandId, answer.resolve);
    // From now on, not from the beginning: the store's own deadline for it must have passed when nobody waits any more.
    const disarm = clock.at(clock.now() + withinMs, () => answer.resolve({ type: 'silent' }));
    store.notify(NODES_CHANNEL, left.to);
    this.#poll();
    const sent = await answer.promise;
    disarm();
    this.#waiting.delete(commandId);
    return sent;
  }

  /** There may be a command for us, or an answer. */
  look(): void {
    this.#looksAgain = true;
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    this.#looking = this.#lookAll().finally(() => {
      this.#isLooking = false;
    });
  }

  /** What has been taken is carried out to its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    for (const resolve of this.#waiting.values() as Iterable<(sent: Sent) => void>) resolve({ type: 'unknown' });
    await this.#looking;
    await Promise.all(this.#handling);
  }

  #poll(): void {
    if (this.#isClosed) return;
    const { clock } = this.#o;
    this.#disarm();
    this.#disarm = clock.at(clock.now() + (this.#waiting.size > 0 ? POLL_ANSWERS_MS : POLL_EVERY_MS), () => {
      this.look();
      this.#poll();
    });
  }

  async #lookAll(): Promise<void> {
    while (this.#looksAgain && !this.#isClosed) {
      this.#looksAgain = false;
      // A store that is away says so itself; the next poll comes soon.
      await this.#takeAnswers().catch(() => {});
      await this.#takeCommands().catch(() => {});
    }
  }

  async #takeAnswers(): Promise<void> {
    const { store, tenant } = this.#o;
    if (this.#waiting.size === 0) return;
    const answers = await readAnswers(store.db, tenant, [...this.#waiting.keys()]);
    for (const [commandId, answer] of answers) this.#waiting.get(commandId)?.(answer as Performed);
  }

  async #takeCommands(): Promise<void> {
    const { clock, run, store, tenant } = this.#o;
    const since = clock.now();
    for (const command of await takeCommands(store.db, tenant, run)) {
      // Between the store's answer and this line the process may have been paused.
      if (clock.now() >= since + command.leftMs) continue;
      const handling = this.#handle(command).finally(() => this.#handling.delete(handling));
      this.#handling.add(handling);
    }
  }

  async #handle({ body, callSid, commandId, fromNode, name }: TakenCommand): Promise<void> {
    const { log, perform, store, tenant } = this.#o;
    const performed = await perform(callSid, { name, body }).catch((error: unknown): Performed => {
      log.error('CALL_BUG', { call_sid: callSid, error: `command ${name}: ${error}` });
      return { type: 'refused', reason: 'failed' };
    });
    try {
      await answerCommand(store.db, tenant, { commandId, answer: performed });
      store.notify(NODES_CHANNEL, fromNode);
    } catch (error) {
      log.warn('CLUSTER_UNKNOWN', { call_sid: callSid, question: 'command', reason: String(error) });
    }
  }
}
