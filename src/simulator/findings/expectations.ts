import type { ScenarioExpectation } from '../scenario.ts';
import type { JournalSummary } from './journal-summary.ts';
import type { Measures } from './measures.ts';

export interface Verdict {
  /** As it is written in the scenario. */
  readonly expectation: string;
  /** `unknown` when what it needs was not to be had, for example the journal of a remote server. */
  readonly status: 'met' | 'failed' | 'unknown';
  readonly detail: string;
}

/** All that an expectation may ask about. */
export interface CallFacts {
  readonly measures: Measures;
  readonly durationMs: number;
  readonly endedBy: 'agent' | 'caller' | 'nobody';
  /** Problems and warnings, each a line. */
  readonly complaints: readonly string[];
  readonly journal: JournalSummary | undefined;
}

type Finding = Pick<Verdict, 'status' | 'detail'>;

export function judge(expectation: ScenarioExpectation, facts: CallFacts): Verdict {
  const written = typeof expectation === 'string' ? expectation : writeExpectation(expectation);
  return { expectation: written, ...find(expectation, facts) };
}

function find(expectation: ScenarioExpectation, facts: CallFacts): Finding {
  const { measures, journal } = facts;
  if (expectation === 'no-warnings') {
    const [first = 'none', ...others] = facts.complaints;
    return finding(facts.complaints.length === 0, others.length === 0 ? first : `${first} (and ${others.length} more)`);
  }
  if ('agent-replies' in expectation) {
    const { min = 0, max = Number.POSITIVE_INFINITY } = expectation['agent-replies'];
    return finding(measures.replies >= min && measures.replies <= max, `${measures.replies} replies`);
  }
  if ('response-gap-ms' in expectation) {
    const gaps = measures.turns.flatMap(({ gapMs }) => gapMs ?? []);
    return worst(gaps, expectation['response-gap-ms'].max, 'no turn was answered');
  }
  if ('barge-in-ms' in expectation) {
    const reactions = measures.bargeIns.map(({ reactionMs }) => reactionMs);
    return worst(reactions, expectation['barge-in-ms'].max, 'the caller never spoke over the agent');
  }
  if ('dead-air-ms' in expectation) {
    return finding(measures.deadAirMs <= expectation['dead-air-ms'].max, `longest ${measures.deadAirMs} ms`);
  }
  if ('duration-ms' in expectation) {
    return finding(facts.durationMs <= expectation['duration-ms'].max, `${Math.round(facts.durationMs)} ms`);
  }
  if ('ended-by' in expectation) {
    return finding(facts.endedBy === expectation['ended-by'], `ended by ${facts.endedBy}`);
  }
  if (!journal) return { status: 'unknown', detail: 'the journal of the server cannot be read from here' };
  if ('outcome' in expectation) return findOutcome(expectation.outcome, journal);
  if ('agent-said' in expectation) return findWords(expectation['agent-said'], journal, 'agent');
  return findWords(expectation['caller-heard-as'], journal, 'caller');
}

interface ExpectedOutcome {
  readonly status?: string | undefined;
  readonly flow?: string | undefined;
  readonly slots?: Readonly<Record<string, string>> | undefined;
}

function findOutcome(expected: ExpectedOutcome, { outcome }: JournalSummary): Finding {
  if (!outcome) return { status: 'failed', detail: 'there was no outcome' };
  const differences: string[] = [];
  if (expected.status !== undefined && expected.status !== outcome.status) differences.push(`status ${outcome.status}`);
  if (expected.flow !== undefined && expected.flow !== outcome.flow) differences.push(`flow ${outcome.flow}`);
  for (const [name, pattern] of Object.entries(expected.slots ?? {})) {
    const value = outcome.slots[name];
    // A slot is compared whole: "5" is not "15".
    if (value === undefined || !new RegExp(`^(?:${pattern})$`, 'iu').test(value)) {
      differences.push(`${name} ${value === undefined ? 'is missing' : `is "${value}"`}`);
    }
  }
  return finding(
    differences.length === 0,
    differences.length === 0 ? JSON.stringify(outcome.slots) : differences.join(', '),
  );
}

function findWords(patterns: readonly string[], { turns }: JournalSummary, who: 'agent' | 'caller'): Finding {
  const texts = turns.filter((turn) => turn.who === who).map(({ text }) => text);
  const missing = patterns.filter((pattern) => !texts.some((text) => new RegExp(pattern, 'iu').test(text)));
  return finding(missing.length === 0, missing.length === 0 ? 'all found' : `not found: ${missing.join(', ')}`);
}

function worst(values: readonly number[], max: number, none: string): Finding {
  if (values.length === 0) return { status: 'failed', detail: none };
  const longest = Math.max(...values);
  return finding(longest <= max, `longest ${longest} ms of ${values.length}`);
}

function finding(isMet: boolean, detail: string): Finding {
  return { status: isMet ? 'met' : 'failed', detail };
}

function writeExpectation(expectation: object): string {
  return Object.entries(expectation)
    .map(
      ([name, value]) =>
        `${name}: ${JSON.stringify(value)
          .replaceAll('"', '')
          .replaceAll(/([:,])/gu, '$1 ')}`,
    )
    .join(', ');
}
