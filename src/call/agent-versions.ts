/**
 * What the agent says now: its file, or the version of greeting and instructions that somebody has published. A call keeps
 * the version with which it began. Nothing here is waited for by a caller: a version is looked up and its greeting spoken
 * in the background, and the one before serves until then.
 */
import type { Clock } from '../core/clock.ts';
import { isUninterruptible, type Line, textOf, uninterruptible } from '../text/line.ts';
import { AgentRuntime } from './agent-runtime.ts';

export interface VersionWords {
  /** From 1. */
  readonly version: number;
  readonly greeting: string;
  /** Null leaves those of the file. */
  readonly instructions: string | null;
}

export interface AgentVersionsOptions {
  /** Of the agent's file: version 0. Whoever opened it closes it, after this. */
  readonly file: AgentRuntime;
  /** Undefined while the file speaks for itself. Rejects while the store is away. */
  readonly published: () => Promise<VersionWords | undefined>;
  readonly read: (version: number) => Promise<VersionWords | undefined>;
  /** Calls back when there may be another; the returned function ends that. */
  readonly listen?: (onNews: () => void) => () => void;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** News of a publication may be lost. */
const LOOK_EVERY_MS = 60_000;
/** Drafts that are being tried at once; each has its lines in memory. */
const MOST_KEPT = 16;

interface InEffect {
  readonly version: number;
  readonly runtime: AgentRuntime;
}

export class AgentVersions {
  readonly #o: AgentVersionsOptions;
  #current: InEffect;
  /** By version, those that were used last at the end. */
  readonly #made = new Map<number, AgentRuntime>();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #disarm: (() => void) | undefined;
  readonly #forget: () => void;
  #isClosed = false;

  constructor(options: AgentVersionsOptions) {
    this.#o = options;
    this.#current = { version: 0, runtime: options.file };
    this.#forget = options.listen?.(() => void this.refresh()) ?? (() => {});
  }

  /** What new calls hear. */
  get current(): InEffect {
    return this.#current;
  }

  /**
   * Who speaks in a call that begins: without a version what is published, else that version, if `runtimeFor` has been
   * asked for it. Never waits.
   */
  agentFor(version?: number): AgentRuntime {
    if (version === 0) return this.#o.file;
    return (version === undefined ? undefined : this.#made.get(version)) ?? this.#current.runtime;
  }

  /** Looks now and from then on, in the background. */
  watch(): void {
    if (this.#isClosed) return;
    const { clock } = this.#o;
    void this.refresh();
    this.#disarm ??= clock.at(clock.now() + LOOK_EVERY_MS, () => {
      this.#disarm = undefined;
      this.watch();
    });
  }

  /** Resolves when what is published now is what new calls hear, or cannot be had. */
  refresh(): Promise<void> {
    this.#lookAgain = this.#looking !== undefined;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    do {
      this.#lookAgain = false;
      try {
        const words = await this.#o.published();
        const runtime = words === undefined ? this.#o.file : await this.#runtimeOf(words);
        if (!this.#isClosed) this.#current = { version: words?.version ?? 0, runtime };
      } catch (error) {
        this.#o.onError(error);
      }
    } while (this.#lookAgain && !this.#isClosed);
  }

  /** Its greeting spoken ahead. Undefined when there is no such version. Rejects while the store is away. */
  async runtimeFor(version: number): Promise<AgentRuntime | undefined> {
    if (version === 0) return this.#o.file;
    const words = await this.#o.read(version);
    return words && this.#runtimeOf(words);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#forget();
    this.#disarm?.();
    await this.#looking;
    await Promise.all([...this.#made.values()].map((runtime) => runtime.close()));
    this.#made.clear();
  }

  /** Its lines are spoken when this resolves, or cannot be: then the call's own voice speaks them. */
  async #runtimeOf(words: VersionWords): Promise<AgentRuntime> {
    const known = this.#made.get(words.version);
    this.#made.delete(words.version);
    const runtime = known ?? withWords(this.#o.file, words);
    this.#made.set(words.version, runtime);
    const [oldest] = this.#made.keys();
    // Calls that still speak it go on: they hold it, and its lines.
    if (this.#made.size > MOST_KEPT && oldest !== undefined) this.#made.delete(oldest);
    await runtime.prepare().catch(this.#o.onError);
    return runtime;
  }
}

function withWords(file: AgentRuntime, { greeting, instructions }: VersionWords): AgentRuntime {
  const { greetingAudio: _, ...options } = file.options;
  const runtime = new AgentRuntime({
    ...options,
    greeting: keepMarks(greeting, file.greeting),
    ...(instructions === null ? {} : { instructions }),
    sharesProviders: true,
  });
  // The other lines are the same, and spoken already.
  for (const line of [...Object.values(options.lines), ...(file.consent ? [file.consent] : [])]) {
    const audio = file.cache.get(textOf(line));
    if (audio) runtime.cache.set(textOf(line), audio);
  }
  return runtime;
}

/** What must be heard of the file's greeting must be heard of every version that still says it. */
export function keepMarks(greeting: string, file: readonly Line[]): readonly Line[] {
  const marked = file.filter(isUninterruptible).map((line) => textOf(line as Line).trim());
  const first = marked
    .filter((text) => text !== '')
    .map((text) => ({ text, at: greeting.indexOf(text) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  if (!first) return greeting.trim() === '' ? [] : [greeting.trim()];
  const before = greeting.slice(0, first.at).trim();
  const after = greeting.slice(first.at + first.text.length);
  return [...(before === '' ? [] : [before]), uninterruptible(first.text), ...keepMarks(after, file)];
}
