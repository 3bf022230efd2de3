/** The handlers of calls that were: found, read, heard, shared, erased. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { WavError } from '../../audio/wav.ts';
import { pageOf } from '../../store/keyset.ts';
import { writeAudit } from '../../store/queries/audit.ts';
import { redactedAt } from '../../store/queries/call-details.ts';
import { findCall } from '../../store/queries/calls.ts';
import { type ErasureLine, listErasures } from '../../store/queries/list-erasures.ts';
import type { Erasure } from '../contract/calls.ts';
import { ApiRefusal, type Caller, type FileAnswer, type Handlers } from '../handler.ts';
import { parseRange } from '../range.ts';
import { iso, isoOrNull, noSuch, placeOf } from '../values.ts';
import { bundleOf } from './bundle.ts';
import { noRecording, openCallAudio } from './call-audio.ts';
import type { CallDeps } from './deps.ts';
import { elsewhere, journalFiles, readJournals } from './journals.ts';
import { createListCalls } from './list-calls.ts';
import { readPeaks } from './peaks.ts';
import { PeaksCache } from './peaks-cache.ts';
import { readCall } from './read-call.ts';
import { tellStory } from './story.ts';

export type CallRoutes =
  | 'list-calls'
  | 'read-call'
  | 'read-story'
  | 'read-peaks'
  | 'read-audio'
  | 'read-journal'
  | 'read-bundle'
  | 'redact-call'
  | 'erase'
  | 'list-erasures';

export function createCallHandlers(deps: CallDeps): Handlers<CallRoutes> {
  const { db, journalFolder } = deps;
  const peaks = new PeaksCache();
  return {
    'list-calls': createListCalls(deps),
    'read-call': ({ caller, params }) => readCall(deps, caller.tenant, params.callSid),
    'read-story': async ({ caller, params: { callSid } }) => {
      await requireWords(deps, caller, callSid, elsewhere);
      return tellStory(await readJournals(journalFolder, callSid));
    },
    'read-peaks': async ({ caller, params: { callSid } }) => {
      await requireWords(deps, caller, callSid, noRecording);
      const audio = await openCallAudio(deps, caller.tenant, callSid);
      return peaks.get(`${caller.tenant} ${callSid} ${audio.version}`, () => readPeaks(audio)).catch(unreadable);
    },
    'read-audio': async ({ caller, params: { callSid }, range }) => {
      await requireWords(deps, caller, callSid, noRecording);
      const audio = await openCallAudio(deps, caller.tenant, callSid);
      const part = parseRange(range, audio.bytes);
      const body = await audio.read(part);
      return { name: `${callSid}.wav`, body, bytes: audio.bytes, ...(part ? { part } : {}) };
    },
    'read-journal': async ({ caller, params: { callSid } }) => {
      await requireWords(deps, caller, callSid, elsewhere);
      const files = await journalFiles(journalFolder, callSid);
      if (files.length === 0) throw elsewhere();
      await writeAudit(db, caller.tenant, { actor: caller.actor, action: 'journal-read', subject: callSid });
      return { name: `${callSid}.jsonl`, body: Readable.from(linesOf(files), { objectMode: false }) };
    },
    'read-bundle': async ({ caller, params: { callSid } }): Promise<FileAnswer> => {
      const page = await readCall(deps, caller.tenant, callSid);
      const journals = page.hasJournal ? await readJournals(journalFolder, callSid) : [];
      await writeAudit(db, caller.tenant, { actor: caller.actor, action: 'bundle-read', subject: callSid });
      return { name: `${callSid}.bundle.json`, body: bundleOf({ page, journals, version: deps.version }) };
    },
    'redact-call': async ({ caller, params: { callSid } }) => {
      const call = await requireCall(deps, caller, callSid);
      if (call.state !== 'ended') throw new ApiRefusal(409, 'call-live', 'The call is not over yet.');
      await workOf(deps).redact({ tenant: caller.tenant, callSid, actor: caller.actor });
      return { ok: true };
    },
    erase: async ({ body, caller }) => {
      const asked = await workOf(deps).erase({ tenant: caller.tenant, number: body.number, actor: caller.actor });
      if (asked.status === 'office-number') {
        throw new ApiRefusal(422, 'office-number', 'Many have called this number: to erase it would erase them.');
      }
      return { erasureId: asked.erasureId, calls: asked.calls };
    },
    'list-erasures': async ({ caller, query }) => {
      const before = placeOf(query.before);
      const { items, next } = pageOf(
        await listErasures(db, caller.tenant, { before, limit: query.limit }),
        query.limit,
        erasureItem,
      );
      return { items: [...items], next };
    },
  };
}

/** The journals of all streams, one after the other. */
async function* linesOf(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) yield* createReadStream(file);
}

async function requireCall({ db }: CallDeps, { tenant }: Caller, callSid: string) {
  const call = await findCall(db, tenant, callSid);
  if (!call) throw noSuch('call');
  return call;
}

/** Words that were told to go are gone, whether or not the job has reached their files. */
async function requireWords(deps: CallDeps, caller: Caller, callSid: string, gone: () => ApiRefusal): Promise<void> {
  await requireCall(deps, caller, callSid);
  if ((await redactedAt(deps.db, caller.tenant, callSid)) !== null) throw gone();
}

function workOf({ afterCalls }: CallDeps) {
  const work = afterCalls();
  if (!work) throw new ApiRefusal(503, 'store-away', 'The store is not there yet.');
  return work;
}

function unreadable(error: unknown): never {
  if (!(error instanceof WavError)) throw error;
  throw new ApiRefusal(422, 'recording-unreadable', `The recording cannot be read: ${error.message}.`);
}

function erasureItem({ doneAt, erasureId, requestedAt, requestedBy, calls, nodes, report }: ErasureLine): Erasure {
  return {
    erasureId,
    requestedBy,
    requestedAt: iso(requestedAt),
    doneAt: isoOrNull(doneAt),
    calls,
    report,
    nodes: nodes.map(({ at, files, node }) => ({ node, files, at: iso(new Date(at)) })),
  };
}
