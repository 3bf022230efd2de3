import { globSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readJournal } from '../call/journal.ts';
import { NotFoundError, PeerProtocolError } from '../core/errors.ts';
import type { CallSettings } from '../core/settings.ts';
import { figuresOf, type Row, suggest } from '../tuning/figures.ts';
import { type ReplyTiming, usualLatency } from '../tuning/latency.ts';
import { recordingOf } from '../tuning/recording.ts';
import { counted, renderReport, type TuningReport } from '../tuning/report.ts';
import { parseTrial, presentValues, trialsAround } from '../tuning/trials.ts';
import { TunedCall, Tuner } from '../tuning/tuner.ts';
import { parseEnvironment } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface TuneOptions {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** Prints what other settings would have made of recorded calls; exit 1 when no turn of a caller is in them. */
export async function tune(places: readonly string[], { json, set = [] }: TuneOptions): Promise<ExitCode> {
  const own = set.map((pairs) => parseTrial(pairs.split(',')));
  const chosen = places.length > 0 ? places : [path.resolve(parseEnvironment(process.env).KAV_DATA_DIR, 'journals')];
  const journals = await Journals.find(chosen);
  const overview = await journals.survey();
  const trials = [...trialsAround(overview.settings), ...own];
  const tuner = new Tuner(trials, usualLatency(overview.timings));
  for await (const call of journals.calls()) tuner.add(call);
  const asItWas = figuresOf(tuner.unchanged);
  const rows: Row[] = trials.map(({ name }, i) => ({ name, figures: figuresOf(tuner.tallies[i]!) }));
  const report: TuningReport = {
    calls: overview.calls,
    settings: presentValues(overview.settings),
    happened: figuresOf(tuner.happened),
    asItWas,
    rows,
    suggestion: suggest(asItWas, rows),
    reproduction: tuner.reproduction,
    remarks: overview.remarks,
  };
  console.log(json ? JSON.stringify({ schema: 'kav-tune/1', ...report }, undefined, 2) : renderReport(report));
  return asItWas.turns > 0 ? EXIT.ok : EXIT.no;
}

interface Overview {
  readonly calls: number;
  /** Those of most calls. */
  readonly settings: CallSettings;
  readonly timings: readonly ReplyTiming[];
  readonly remarks: readonly string[];
}

/** Files that are read twice, one at a time: thousands of calls need the memory of one. */
class Journals {
  readonly #files: readonly string[];
  readonly #named: ReadonlySet<string>;
  readonly #passedOver: string[] = [];

  private constructor(files: readonly string[], named: ReadonlySet<string>) {
    this.#files = files;
    this.#named = named;
  }

  static async find(places: readonly string[]): Promise<Journals> {
    const files = new Set<string>();
    const named = new Set<string>();
    for (const place of places) {
      const about = await stat(place).catch((error: unknown) => {
        throw new NotFoundError(place, 'Give a journal, or a folder of journals.', error);
      });
      if (about.isDirectory())
        for (const file of globSync('*.jsonl', { cwd: place }).sort()) files.add(path.join(place, file));
      else named.add(place);
    }
    for (const file of named) files.add(file);
    if (files.size === 0)
      throw new NotFoundError(`a journal in ${places.join(', ')}`, 'Calls leave their journals there.');
    return new Journals([...files], named);
  }

  async *calls(): AsyncGenerator<TunedCall> {
    for (const file of this.#files) {
      if (this.#passedOver.includes(file)) continue;
      try {
        yield new TunedCall(recordingOf(await readJournal(file)));
      } catch (error) {
        // In a folder there may be anything; a file that was named must be good.
        if (!(error instanceof PeerProtocolError) || this.#named.has(file)) throw error;
        this.#passedOver.push(file);
      }
    }
  }

  async survey(): Promise<Overview> {
    const timings: ReplyTiming[] = [];
    const settings = new Map<string, { readonly settings: CallSettings; calls: number }>();
    const sums = { calls: 0, leftOut: 0, torn: 0, verdicts: 0, changed: 0 };
    for await (const { recording, timings: own } of this.calls()) {
      timings.push(...own);
      sums.calls++;
      sums.leftOut += recording.leftOut;
      if (recording.leftOut > 0) sums.torn++;
      sums.verdicts += recording.verdicts.all;
      sums.changed += recording.verdicts.changed;
      const key = JSON.stringify(presentValues(recording.settings));
      const kept = settings.get(key) ?? { settings: recording.settings, calls: 0 };
      kept.calls++;
      settings.set(key, kept);
    }
    const usual = [...settings.values()].sort((a, b) => b.calls - a.calls)[0];
    if (!usual)
      throw new NotFoundError(
        'a readable journal',
        `Kav has not written ${counted(this.#passedOver.length, 'file')} there.`,
      );
    const others = sums.calls - usual.calls;
    return {
      calls: sums.calls,
      settings: usual.settings,
      timings,
      remarks: [...this.#remarks(sums), ...mixed(others)],
    };
  }

  #remarks({
    changed,
    leftOut,
    torn,
    verdicts,
  }: Record<'changed' | 'leftOut' | 'torn' | 'verdicts', number>): string[] {
    const passedOver = this.#passedOver.length;
    return [
      ...(passedOver > 0 ? [`passed over: ${counted(passedOver, 'file')} that Kav has not written`] : []),
      ...(torn > 0
        ? [`${torn} calls were decided otherwise by another version; their last ${leftOut} steps are left out`]
        : []),
      ...(changed > 0 ? [`${changed} of ${verdicts} verdicts on pauses are others by today's rules`] : []),
    ];
  }
}

const mixed = (others: number): readonly string[] =>
  others === 0 ? [] : [`${counted(others, 'call')} had other settings; each keeps its own but for what is tried`];
