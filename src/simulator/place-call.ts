import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../call/journal.ts';
import { NotFoundError } from '../core/errors.ts';
import type { PlaceCallOptions } from './call-options.ts';
import { CarriedCall } from './carrier/carried-call.ts';
import { createSid } from './carrier/sid.ts';
import { type JournalTail, openJournalTail } from './journal-tail.ts';
import { viewJournalEntry } from './live-view.ts';
import { type CallReport, createReport } from './report.ts';
import { serializeStereoWav } from './stereo-wav.ts';

export type { PlaceCallOptions } from './call-options.ts';

/**
 * Calls a server as Twilio would and reports how it went: signed request, TwiML, stream, callbacks. What the server
 * does wrong is in the report; the promise rejects only when the files cannot be written.
 */
export async function placeCall(options: PlaceCallOptions): Promise<CallReport> {
  const { clock, journalPath, view } = options;
  const callSid = createSid('CA');
  const startedAt = (options.wallClock ?? (() => new Date()))().toISOString();
  const showEntry = (entry: JournalEntry) => {
    for (const item of viewJournalEntry(entry)) view?.show(item);
  };
  const path = typeof journalPath === 'function' ? journalPath(callSid) : journalPath;
  const tail = path === undefined ? undefined : openJournalTail({ clock, path, onEntry: showEntry });
  const call = new CarriedCall(options, callSid);
  await call.run();
  await tail?.close();
  return finish(options, call, { callSid, startedAt, tail, path });
}

interface Journal {
  readonly callSid: string;
  readonly startedAt: string;
  readonly tail: JournalTail | undefined;
  readonly path: string | undefined;
}

async function finish(options: PlaceCallOptions, call: CarriedCall, journal: Journal): Promise<CallReport> {
  const { script, baseUrl, from, to, recordDir } = options;
  const { callSid, startedAt, tail, path } = journal;
  const summary = tail?.summary();
  const { ledger, caller } = call;
  const { recordings } = ledger;
  const recording = recordDir === undefined || !recordings ? undefined : join(recordDir, `${callSid}.wav`);
  const reportPath = recordDir === undefined ? undefined : join(recordDir, `${callSid}.json`);
  const report = createReport({
    scenario: script.name,
    server: baseUrl,
    callSid,
    streamSid: ledger.streamSid,
    from,
    to,
    startedAt,
    endedBy: ledger.endedBy,
    twimlMs: ledger.twimlMs,
    upgradeMs: ledger.upgradeMs,
    spokenByTwilio: ledger.spokenByTwilio,
    timeline: { durationMs: ledger.durationMs, utterances: caller.utterances, agentSpans: caller.ear.spans },
    stats: ledger.stats,
    complaints: ledger.complaints,
    remarks: ledger.remarks,
    expect: script.expect,
    journal: summary,
    files: {
      ...(recording === undefined ? {} : { recording }),
      ...(reportPath === undefined ? {} : { report: reportPath }),
      ...(path === undefined || summary === undefined ? {} : { journal: path }),
    },
  });
  if (recordDir === undefined) return report;
  await makeDirectory(recordDir);
  if (recording !== undefined && recordings) {
    await writeFile(recording, serializeStereoWav(recordings.caller, recordings.agent));
  }
  await writeFile(reportPath!, `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new NotFoundError(`Directory ${path}`, 'Give a directory that can be written to.', cause);
  }
}
