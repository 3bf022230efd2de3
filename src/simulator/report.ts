import type { Turn } from '../core/call-event.ts';
import { explainTwilioError } from '../twilio/error-codes.ts';
import { type CallFacts, judge, type Verdict } from './findings/expectations.ts';
import type { JournalSummary, ReplyTiming, ServedBy } from './findings/journal-summary.ts';
import { type CallerTurn, type CallTimeline, type Measures, measureCall } from './findings/measures.ts';
import type { PhoneStats } from './phone.ts';
import type { ScenarioExpectation } from './scenario.ts';

/** Something Twilio, or a caller, would complain about. */
export interface Complaint {
  /** An error makes the call fail; a note is not counted by `no-warnings`. */
  readonly level: 'error' | 'warning' | 'note';
  readonly code?: number;
  readonly message: string;
  readonly atMs?: number;
  /** How often it came; once when absent. */
  readonly count?: number;
}

export interface ReportedComplaint extends Complaint {
  readonly meaning?: string;
  readonly remedy?: string;
}

export interface TurnReport extends CallerTurn {
  /** From the journal: what the server understood, what it answered, and where the time went. */
  readonly heardAs?: string;
  readonly answer?: string;
  readonly timing?: ReplyTiming;
}

interface CallFiles {
  readonly recording?: string;
  readonly report?: string;
  readonly journal?: string;
}

/** Everything known about a simulated call; plain JSON. Times are ms of stream time as the caller heard it. */
export interface CallReport extends Omit<Measures, 'turns'> {
  readonly scenario: string;
  readonly server: string;
  readonly callSid: string;
  readonly streamSid?: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  /** No complaint is an error and no expectation has failed. */
  readonly ok: boolean;
  readonly durationMs: number;
  readonly endedBy: 'agent' | 'caller' | 'nobody';
  readonly endReason?: string;
  /** How long the server took for the TwiML, and for the upgrade. */
  readonly twimlMs?: number;
  readonly upgradeMs?: number;
  /** What Twilio's own voice said or played, before or after the stream. */
  readonly spokenByTwilio: readonly string[];
  readonly turns: readonly TurnReport[];
  /** From the journal: who served the call, and with what. */
  readonly servedBy?: ServedBy;
  readonly words?: readonly Turn[];
  readonly outcome?: JournalSummary['outcome'];
  readonly jitter: { readonly p50Ms: number; readonly p99Ms: number; readonly count: number };
  readonly underruns: number;
  readonly framesSent: number;
  readonly audioMsReceived: number;
  readonly complaints: readonly ReportedComplaint[];
  readonly remarks: readonly string[];
  readonly expectations: readonly Verdict[];
  readonly files: CallFiles;
}

export interface CallRecord {
  readonly scenario: string;
  readonly server: string;
  readonly callSid: string;
  readonly streamSid: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  readonly endedBy: CallReport['endedBy'];
  readonly twimlMs: number | undefined;
  readonly upgradeMs: number | undefined;
  readonly spokenByTwilio: readonly string[];
  readonly timeline: CallTimeline;
  readonly stats: PhoneStats;
  readonly complaints: readonly Complaint[];
  readonly remarks: readonly string[];
  readonly expect: readonly ScenarioExpectation[];
  /** Undefined when the journal could not be read. */
  readonly journal: JournalSummary | undefined;
  readonly files: CallFiles;
}

export function createReport(record: CallRecord): CallReport {
  const { timeline, journal, stats, endedBy, complaints, streamSid, twimlMs, upgradeMs } = record;
  const { turns, ...measures } = measureCall(timeline);
  const facts: CallFacts = {
    measures: { ...measures, turns },
    durationMs: timeline.durationMs,
    endedBy,
    journal,
    complaints: complaints.filter(({ level }) => level !== 'note').map(({ message }) => message),
  };
  const expectations = record.expect.map((expectation) => judge(expectation, facts));
  const hasFailed = expectations.some(({ status }) => status === 'failed');
  return {
    scenario: record.scenario,
    server: record.server,
    callSid: record.callSid,
    ...(streamSid === undefined ? {} : { streamSid }),
    from: record.from,
    to: record.to,
    startedAt: record.startedAt,
    ok: !hasFailed && !complaints.some(({ level }) => level === 'error'),
    durationMs: Math.round(timeline.durationMs),
    endedBy,
    ...(journal?.endReason === undefined ? {} : { endReason: journal.endReason }),
    ...(twimlMs === undefined ? {} : { twimlMs: Math.round(twimlMs) }),
    ...(upgradeMs === undefined ? {} : { upgradeMs: Math.round(upgradeMs) }),
    spokenByTwilio: record.spokenByTwilio,
    ...measures,
    turns: turns.map((turn) => addJournal(turn, journal)),
    ...(journal?.servedBy === undefined ? {} : { servedBy: journal.servedBy }),
    ...(journal === undefined ? {} : { words: journal.turns }),
    ...(journal?.outcome === undefined ? {} : { outcome: journal.outcome }),
    jitter: {
      p50Ms: stats.jitter.quantile(0.5),
      p99Ms: stats.jitter.quantile(0.99),
      count: stats.jitter.count,
    },
    underruns: stats.underruns,
    framesSent: stats.framesSent,
    audioMsReceived: Math.round(stats.audioMsReceived),
    complaints: complaints.map(explain),
    remarks: record.remarks,
    expectations,
    files: record.files,
  };
}

/** The server's clock starts with the stream as ours does; speech begins some ms into the audio. */
const EARLIER_MS = 700;
const LATER_MS = 300;

function addJournal(turn: CallerTurn, journal: JournalSummary | undefined): TurnReport {
  if (!journal) return turn;
  const { answeredAt } = turn;
  const heard = journal.turns.find(({ who, from, to }) => who === 'caller' && from < turn.to && to > turn.from);
  const isNear = (at: number) => answeredAt !== undefined && at > answeredAt - EARLIER_MS && at < answeredAt + LATER_MS;
  const timing = journal.replies.find(({ audibleAt }) => isNear(audibleAt));
  const answer = journal.turns.find(({ who, from }) => who === 'agent' && isNear(from));
  return {
    ...turn,
    ...(heard === undefined ? {} : { heardAs: heard.text }),
    ...(answer === undefined ? {} : { answer: answer.text }),
    ...(timing === undefined ? {} : { timing }),
  };
}

function explain(complaint: Complaint): ReportedComplaint {
  const known = complaint.code === undefined ? undefined : explainTwilioError(complaint.code);
  return known === undefined ? complaint : { ...complaint, meaning: known.meaning, remedy: known.remedy };
}
