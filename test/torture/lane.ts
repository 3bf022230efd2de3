/** One data directory and its store under torture: callers, a server that is killed again and again, audits between. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom, type Random } from '../../src/simulator/random.ts';
import { Acknowledged, type AcknowledgedFact } from './acknowledged.ts';
import { type AuditReport, audit, type Sighting } from './audit.ts';
import { type Line, TortureCaller } from './caller.ts';
import {
  LEDGER_POINTS,
  MIGRATION_POINTS,
  mostPasses,
  type Point,
  REMOVAL_POINTS,
  SNAPSHOT_POINTS,
  STORE_POINTS,
} from './points.ts';
import { POSTGRES_FAULTS, type PostgresFault } from './postgres-faults.ts';
import { Reign } from './reign.ts';
import { tear } from './tear.ts';

export interface LaneOptions {
  readonly name: string;
  readonly folder: string;
  readonly seed: number;
  readonly kills: number;
  readonly callers: number;
  readonly auditEvery: number;
  readonly postgres?: { readonly url: string; readonly strike: (fault: PostgresFault) => Promise<boolean> };
  readonly log: (line: string) => void;
}

export interface LaneReport {
  readonly name: string;
  readonly kills: ReadonlyMap<string, number>;
  /** How often a server was to die at a point, and did. */
  readonly points: ReadonlyMap<Point, PointTally>;
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly events: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly backwards: readonly string[];
  readonly refused: number;
  readonly powerCuts: number;
  /** Webhooks that were answered without the disk, which was too slow for a caller who waits. */
  readonly answeredLate: number;
}

export interface PointTally {
  readonly armed: number;
  readonly reached: number;
}

const LONGEST_LIFE_MS = 2_500;
/** Every so many kills of a server with the embedded store, the power fails as well. */
const POWER_CUT_EVERY = 7;
const WOUNDS = 20;
/** A point that is not met by then is given up for a kill at that moment. */
const POINT_MS = 30_000;
/** An embedded database needs its time to be made. */
const FIRST_POINT_MS = 60_000;
/** Of the servers on PostgreSQL so many have workers. */
const WORKERS_SHARE = 0.2;
const WORKERS = 2;
const MOST_STRIKES = 4;

export async function runLane(options: LaneOptions): Promise<LaneReport> {
  return new Lane(options).run();
}

class Lane implements Line {
  readonly #o: LaneOptions;
  readonly #random: Random;
  readonly #acknowledged = new Acknowledged();
  readonly #kills = new Map<string, number>();
  readonly #points = new Map<Point, PointTally>();
  readonly #lost = new Set<string>();
  readonly #doubled = new Set<string>();
  readonly #backwards = new Set<string>();
  readonly #waiting: ((url: string | undefined) => void)[] = [];
  #sighting: Sighting | undefined;
  #url: string | undefined;
  #reign = 0;
  #calls = 0;
  #events = 0;
  #refused = 0;
  #powerCuts = 0;
  #answeredLate = 0;
  #isOver = false;
  #hasWorkers = false;

  constructor(options: LaneOptions) {
    this.#o = options;
    this.#random = createRandom(options.seed);
    mkdirSync(options.folder, { recursive: true });
  }

  get reign(): number {
    return this.#reign;
  }

  get isOneProcess(): boolean {
    return !this.#hasWorkers;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  url(): Promise<string | undefined> {
    if (this.#isOver || this.#url !== undefined) return Promise.resolve(this.#url);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  acknowledge(fact: AcknowledgedFact): void {
    this.#acknowledged.add(fact);
  }

  answeredLate(): void {
    this.#answeredLate++;
  }

  async run(): Promise<LaneReport> {
    const { auditEvery, callers, kills } = this.#o;
    const calling = Array.from({ length: callers }, () => this.#callOnAndOn());
    let audited = 0;
    while (this.#killed < kills) {
      await this.#rule();
      if (this.#killed - audited < auditEvery) continue;
      audited = this.#killed;
      await this.#audit();
    }
    this.#isOver = true;
    this.#setUrl(undefined);
    await Promise.all(calling);
    await this.#audit();
    return this.#report();
  }

  get #killed(): number {
    return [...this.#kills.values()].reduce((sum, count) => sum + count, 0);
  }

  async #callOnAndOn(): Promise<void> {
    while (!this.#isOver) {
      const turns = 1 + Math.floor(this.#random() * 3);
      await new TortureCaller({ line: this, index: this.#calls++, turns }).run();
      await new Promise((resolve) => setTimeout(resolve, 20 + this.#random() * 200));
    }
  }

  /** While there is nothing yet. */
  get #firstPoints(): readonly Point[] {
    return this.#o.postgres ? MIGRATION_POINTS : [...MIGRATION_POINTS, ...SNAPSHOT_POINTS];
  }

  #nextPoint(): Point | undefined {
    const random = this.#random();
    const first = this.#firstPoints[this.#reign - 1];
    if (first) return first;
    if (random < 0.35) return undefined;
    const points = [...LEDGER_POINTS, ...STORE_POINTS, ...(this.#o.postgres ? REMOVAL_POINTS : [])];
    return points[this.#reign % points.length];
  }

  /** One server, until it is killed. */
  async #rule(): Promise<void> {
    this.#reign++;
    const { dataDir, effectsFile } = this;
    const { log, postgres } = this.#o;
    const point = this.#nextPoint();
    const isFirst = this.#reign <= this.#firstPoints.length;
    const nth = isFirst || point === undefined ? 1 : 1 + Math.floor(this.#random() * mostPasses(point));
    this.#hasWorkers = postgres !== undefined && point === undefined && this.#random() < WORKERS_SHARE;
    const reign = new Reign({
      dataDir,
      effectsFile,
      log: (line) => log(`${this.#o.name} ${line}`),
      ...(point === undefined ? {} : { point, nth }),
      ...(postgres === undefined ? {} : { databaseUrl: postgres.url }),
      ...(this.#hasWorkers ? { workers: WORKERS } : {}),
    });
    void reign.url.then((url) => this.#setUrl(url)).catch(() => {});
    if (this.#hasWorkers) await this.#strikeWorkers(reign);
    else if (postgres && point === undefined && this.#random() < 0.5) await this.#strike(reign);
    else if (point === undefined) await this.#liveFor(reign, this.#random() * LONGEST_LIFE_MS);
    else await this.#liveUntilPoint(reign, isFirst ? FIRST_POINT_MS : POINT_MS);
    await reign.kill();
    this.#setUrl(undefined);
    if (!postgres && this.#reign % POWER_CUT_EVERY === 0) this.#cutPower();
    if (point !== undefined) this.#tally(point, reign.point === point);
    const kind = this.#hasWorkers ? 'primary' : 'random';
    this.#count(reign.point ?? (point === undefined ? kind : 'random (point not met)'));
  }

  /** What the embedded database has written since its last copy may be there in part, or not at all. */
  #cutPower(): void {
    const folder = path.join(this.dataDir, 'store');
    if (!existsSync(path.join(folder, 'data'))) return;
    tear(path.join(folder, 'data'), Math.floor(this.#random() * 2 ** 31), WOUNDS);
    writeFileSync(path.join(folder, 'in-use'), 'another start of the machine');
    this.#powerCuts++;
  }

  async #liveFor(reign: Reign, ms: number): Promise<void> {
    // A quarter of them die while they start.
    if (this.#random() > 0.25) await reign.ready;
    await Promise.race([reign.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
  }

  async #liveUntilPoint(reign: Reign, ms: number): Promise<void> {
    await reign.ready.catch(() => {}); // it may meet the point while it starts
    await reign.stored.catch(() => {}); // or while its store is put together anew, which may take a while
    await Promise.race([reign.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
  }

  /** The database's own processes are killed under the server, which lives on. */
  async #strike(reign: Reign): Promise<void> {
    await reign.ready;
    for (let strikes = 1 + Math.floor(this.#random() * 3); strikes > 0; strikes--) {
      await this.#liveFor(reign, 200 + this.#random() * 1_000);
      const fault = POSTGRES_FAULTS[Math.floor(this.#random() * POSTGRES_FAULTS.length)]!;
      if (await this.#o.postgres!.strike(fault)) this.#count(fault);
    }
    await this.#liveFor(reign, this.#random() * LONGEST_LIFE_MS);
  }

  /** A worker is killed under its primary, which starts another; the other one's calls go on, and take over. */
  async #strikeWorkers(reign: Reign): Promise<void> {
    await reign.ready;
    for (let strikes = 1 + Math.floor(this.#random() * MOST_STRIKES); strikes > 0; strikes--) {
      await this.#liveFor(reign, 500 + this.#random() * LONGEST_LIFE_MS);
      if (this.#random() < 0.7) {
        if (reign.killWorker(this.#random())) this.#count('worker');
        continue;
      }
      const fault = POSTGRES_FAULTS[Math.floor(this.#random() * POSTGRES_FAULTS.length)]!;
      if (await this.#o.postgres!.strike(fault)) this.#count(fault);
    }
    await this.#liveFor(reign, this.#random() * LONGEST_LIFE_MS);
  }

  #tally(point: Point, isReached: boolean): void {
    const { armed, reached } = this.#points.get(point) ?? { armed: 0, reached: 0 };
    this.#points.set(point, { armed: armed + 1, reached: reached + (isReached ? 1 : 0) });
  }

  #count(kill: string): void {
    this.#kills.set(kill, (this.#kills.get(kill) ?? 0) + 1);
  }

  #setUrl(url: string | undefined): void {
    this.#url = url;
    if (url === undefined && !this.#isOver) return;
    for (const resolve of this.#waiting.splice(0)) resolve(url);
  }

  get dataDir(): string {
    return path.join(this.#o.folder, 'data');
  }

  get effectsFile(): string {
    return path.join(this.#o.folder, 'effects.tsv');
  }

  async #audit(): Promise<void> {
    const { log, name, postgres } = this.#o;
    const report: AuditReport = await audit({
      dataDir: this.dataDir,
      effectsFile: this.effectsFile,
      acknowledged: this.#acknowledged.facts,
      ...(postgres === undefined ? {} : { databaseUrl: postgres.url }),
      ...(this.#sighting === undefined ? {} : { before: this.#sighting }),
    });
    this.#sighting = report.seen;
    this.#events = report.events;
    this.#refused += report.refused;
    for (const lost of report.lost) this.#lost.add(lost);
    for (const doubled of report.doubled) this.#doubled.add(doubled);
    for (const worse of report.backwards) this.#backwards.add(worse);
    const acknowledged = this.#acknowledged.facts.length;
    log(
      `${name}: ${this.#killed} kills, ${this.#calls} calls, ${acknowledged} facts acknowledged, ${report.events} kept ` +
        `(drained in ${report.drainMs} ms): ${this.#lost.size} lost, ${this.#doubled.size} doubled`,
    );
  }

  #report(): LaneReport {
    return {
      name: this.#o.name,
      kills: this.#kills,
      points: this.#points,
      acknowledged: this.#acknowledged.counts(),
      calls: this.#calls,
      events: this.#events,
      lost: [...this.#lost].map((name) => `${name} (reign ${this.#reignOf(name)})`),
      doubled: [...this.#doubled],
      backwards: [...this.#backwards],
      refused: this.#refused,
      powerCuts: this.#powerCuts,
      answeredLate: this.#answeredLate,
    };
  }

  #reignOf(name: string): number | undefined {
    return this.#acknowledged.facts.find(({ callSid, kind, what }) => `${kind} ${callSid} ${what}` === name)?.reign;
  }
}
