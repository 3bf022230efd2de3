/** A caller under torture, and the carrier that retries for them: one call from its webhook to its recording. */
import { request as requestHttp } from 'node:http';
import { KEEP_WAIT_MS } from '../../src/call/switchboard.ts';
import { createCallFields, createRecordingFields } from '../../src/simulator/carrier/call-fields.ts';
import { signForm } from '../../src/twilio/signature.ts';
import type { AcknowledgedFact } from './acknowledged.ts';
import { AUTH_TOKEN } from './reign.ts';
import { runStream } from './stream.ts';
import { doneNumber } from './words.ts';

/** The server of the moment; another one after each kill. */
export interface Line {
  /** Waits for the next server when there is none. Undefined when there will be none any more. */
  url(): Promise<string | undefined>;
  /** Counts servers. */
  readonly reign: number;
  /** Whether one process does all of a call: then what it answers last vouches for what it noted before. */
  readonly isOneProcess: boolean;
  readonly isOver: boolean;
  acknowledge(fact: AcknowledgedFact): void;
  /** A webhook was answered after so long that its fact was not waited for. */
  answeredLate(): void;
}

export interface CallerOptions {
  readonly line: Line;
  /** Names the call: the same index gives the same SIDs. */
  readonly index: number;
  readonly turns: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly url: string;
  readonly reign: number;
  readonly ms: number;
}

const ACCOUNT_SID = `AC${'a'.repeat(32)}`;
const ANSWER_MS = 15_000;
const RETRY_MS = 100;
const MOST_STREAMS = 4;

const sid = (kind: string, index: number, part = 0): string =>
  `${kind}${(index * 16 + part + 1).toString(16).padStart(32, '0')}`;

export class TortureCaller {
  readonly #options: CallerOptions;
  readonly #identity;
  readonly #heard: string[] = [];

  constructor(options: CallerOptions) {
    this.#options = options;
    const callSid = sid('CA', options.index);
    this.#identity = { callSid, accountSid: ACCOUNT_SID, from: '+15551230001', to: '+15551230000' };
  }

  /** Resolves when the call is over. */
  async run(): Promise<void> {
    const { line } = this.#options;
    const opened = await this.#post('/webhook/incoming_call', createCallFields(this.#identity, 'ringing'));
    if (!opened?.body.includes('<Stream')) return; // not ready yet, which the caller is told
    // Whoever waited so long was answered without the disk.
    if (opened.ms < KEEP_WAIT_MS) this.#acknowledge('call-opened', '', opened.reign);
    else line.answeredLate();
    let twiml = opened;
    for (let attempt = 1; attempt <= MOST_STREAMS && twiml.body.includes('<Stream'); attempt++) {
      const began = line.reign;
      const ending = await this.#connect(twiml, attempt);
      const status = ending === 'hung-up' ? 'completed' : 'in-progress';
      const after = await this.#post('/webhook/stream_ended', createCallFields(this.#identity, status));
      if (!after) return;
      twiml = after;
      if (ending !== 'hung-up') continue;
      return await this.#finish(attempt, began);
    }
    await this.#recording(0);
  }

  async #connect({ body, url }: Answer, attempt: number) {
    const streamUrl = /<Stream[^>]* url="([^"]+)"/.exec(body)?.[1] ?? '';
    const token = /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';
    const { callSid } = this.#identity;
    return await runStream({
      url,
      streamUrl,
      identity: {
        ...this.#identity,
        streamSid: this.#streamSid(attempt),
        customParameters: { call_sid: callSid, token },
      },
      turns: this.#options.turns,
      onHeard: (line) => this.#hear(line),
    });
  }

  #streamSid(attempt: number): string {
    return sid('MZ', this.#options.index, attempt);
  }

  /** Kav tells the caller of a tool's work only when it is kept. */
  #hear(line: string): void {
    this.#heard.push(line);
    const n = doneNumber(line);
    if (n !== undefined) this.#acknowledge('tool-effect', String(n), this.#options.line.reign);
  }

  /**
   * What one process has noted of a call comes before the recording that it was told of afterwards, in the order of its
   * ledger: so the answer to that vouches for all of it.
   */
  async #finish(attempt: number, began: number): Promise<void> {
    const { line } = this.#options;
    const { isOneProcess } = line;
    const told = await this.#recording(0);
    if (!told || told.reign !== began || !isOneProcess) return;
    this.#acknowledge('stream-started', this.#streamSid(attempt), told.reign);
    for (const text of this.#heard) this.#acknowledge('turn', text, told.reign);
    this.#acknowledge('call-ended', '', told.reign);
    if (this.#options.index % 3 === 0) await this.#recording(0); // a repeat says nothing new
  }

  async #recording(part: number): Promise<Answer | undefined> {
    const recordingSid = sid('RE', this.#options.index, part);
    const fields = createRecordingFields(this.#identity, recordingSid, { durationMs: 3_000, at: new Date() });
    const answer = await this.#post('/webhook/recording_done', fields);
    if (answer) this.#acknowledge('recording', recordingSid, answer.reign);
    return answer;
  }

  #acknowledge(kind: AcknowledgedFact['kind'], what: string, reign: number): void {
    this.#options.line.acknowledge({ kind, callSid: this.#identity.callSid, what, reign });
  }

  /** Asks until somebody answers with a 2xx, as a carrier that retries does. Undefined when nobody will any more. */
  async #post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer | undefined> {
    const { line } = this.#options;
    while (!line.isOver) {
      const url = await line.url();
      if (url === undefined) return undefined;
      const { reign } = line;
      const from = performance.now();
      const answer = await post(url, path, fields);
      if (answer && answer.status < 300) return { ...answer, url, reign, ms: performance.now() - from };
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return undefined;
  }
}

function post(
  url: string,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  const body = new URLSearchParams(fields).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    'x-twilio-signature': signForm(AUTH_TOKEN, url + path, fields),
  };
  return new Promise((resolve) => {
    const request = requestHttp(url + path, { method: 'POST', headers, agent: false, timeout: ANSWER_MS });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(body);
  });
}
