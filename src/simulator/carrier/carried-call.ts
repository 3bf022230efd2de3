import { randomUUID } from 'node:crypto';
import type { PlaceCallOptions } from '../call-options.ts';
import { Caller, type Utterance } from '../caller.ts';
import type { Phone } from '../phone.ts';
import { runStream, type StreamResult } from '../stream/run-stream.ts';
import { type FormFields, type HttpRequest, TwilioHttp } from '../twilio-http.ts';
import { readTwiml, type TwimlReading, type TwimlVerb } from '../twiml-reader.ts';
import {
  type CallIdentity,
  type CallStatus,
  createCallFields,
  createCompletedFields,
  createRecordingFields,
  createStreamFields,
  type StreamEvent,
} from './call-fields.ts';
import { CallLedger } from './call-ledger.ts';
import { createError, createWarning, type Problem } from './problem.ts';
import { createServerAddress, type ServerAddress } from './server-address.ts';
import { createSid } from './sid.ts';

type ConnectVerb = Extract<TwimlVerb, { readonly type: 'connect-stream' }>;

/** More documents in one call are a loop. */
const MAX_DOCUMENTS = 20;
const MAX_CALL_MS = 10 * 60_000;
/** Codes with which a server ends a stream in order; 1005 stands for none. */
const CLEAN_CLOSES = [1000, 1001, 1005];

/** One call as Twilio carries it: from the first request, verb by verb, to the last callback. */
export class CarriedCall {
  readonly ledger: CallLedger;
  readonly #options: PlaceCallOptions;
  readonly #address: ServerAddress;
  readonly #http: TwilioHttp;
  readonly #identity: CallIdentity;
  readonly #caller: Caller;
  readonly #callbacks: Promise<void>[] = [];
  /** Requests that a quirk holds back until the stream has ended. */
  readonly #held: (() => Promise<void>)[] = [];
  #phone: Phone | undefined;

  constructor(options: PlaceCallOptions, callSid: string) {
    const { clock, authToken, baseUrl, publicUrl, from, to, script } = options;
    this.#options = options;
    this.ledger = new CallLedger(options.view);
    this.#address = createServerAddress(baseUrl, publicUrl);
    this.#http = new TwilioHttp({ clock, authToken, address: this.#address });
    this.#identity = { callSid, accountSid: options.accountSid ?? createSid('AC'), from, to };
    this.#caller = new Caller({
      steps: script.steps,
      ...(script.seed === undefined ? {} : { seed: script.seed }),
      ...(script.lingerMs === undefined ? {} : { lingerMs: script.lingerMs }),
      onDigit: (digit) => this.#phone?.dtmf(digit),
      onHangUp: () => this.#phone?.stop(),
      onUtterance: (utterance) => showUtterance(options, utterance),
      onAgentSpeech: ({ from, to }) => options.view?.show({ type: 'agent-sound', at: from, lengthMs: to - from }),
      onRemark: (remark, atMs) => this.ledger.remark(remark, atMs),
    });
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** Resolves when the call is over and every callback has been answered. Never rejects. */
  async run(): Promise<void> {
    const { webhookPath = '/webhook/incoming_call', repeatWebhook } = this.#options;
    const url = new URL(webhookPath, this.#address.publicUrl).href;
    const fields = createCallFields(this.#identity, 'ringing');
    const request = { method: 'POST', url, fields, idempotencyToken: randomUUID() };
    const first = await this.#fetchTwiml(request);
    await this.#follow(repeatWebhook ? await this.#fetchTwiml(request) : first);
    await this.#finish();
  }

  async #follow(first: TwimlReading | undefined): Promise<void> {
    let reading = first;
    for (let documents = 0; reading; documents++) {
      if (documents === MAX_DOCUMENTS)
        return this.ledger.complain(createError(11215, `${MAX_DOCUMENTS} documents in one call`));
      reading = await this.#perform(reading.verbs);
    }
  }

  /** Carries out a document; returns the one that takes its place, if any. */
  async #perform(verbs: readonly TwimlVerb[]): Promise<TwimlReading | undefined> {
    for (const verb of verbs) {
      switch (verb.type) {
        case 'say':
          this.ledger.spoken(`"${verb.text}"`);
          break;
        case 'play':
          this.ledger.spoken(`plays ${verb.url}`);
          break;
        case 'pause':
          await this.#wait(verb.seconds * 1_000);
          break;
        case 'redirect':
          return await this.#fetchTwiml({
            method: verb.method,
            url: verb.url,
            fields: createCallFields(this.#identity, 'in-progress'),
          });
        case 'connect-stream': {
          const isOnLine = await this.#connect(verb);
          if (verb.action !== undefined) return await this.#afterStream(verb.method, verb.action, isOnLine);
          if (!isOnLine) return undefined;
          break;
        }
        case 'other':
          this.ledger.remark(`the simulator does not carry out <${verb.name}>: the call ends here`);
          return undefined;
        case 'hangup':
        case 'reject':
          this.ledger.ended('agent');
          return undefined;
      }
    }
    if (verbs.length > 0 && !this.ledger.hasError) this.ledger.ended('agent');
    return undefined;
  }

  /** Whether the caller is still on the line when the stream is over. */
  async #connect(verb: ConnectVerb): Promise<boolean> {
    const { clock, authToken, uplink, downlink, script, maxCallMs = MAX_CALL_MS } = this.#options;
    const streamSid = createSid('MZ');
    const asked = clock.now();
    const offsetMs = this.ledger.durationMs;
    const result = await runStream({
      clock,
      authToken,
      address: this.#address,
      url: verb.stream.url,
      identity: { ...this.#identity, streamSid, customParameters: verb.stream.parameters },
      // A second stream of the call goes on where the first one ended.
      source: { next: (heard, atMs) => this.#caller.next(heard, atMs + offsetMs) },
      seed: script.seed ?? 1,
      maxCallMs,
      ...(uplink === undefined ? {} : { uplink }),
      ...(downlink === undefined ? {} : { downlink }),
      onStart: (phone) => {
        this.#phone = phone;
        this.ledger.streamOpened(streamSid, clock.now() - asked);
        this.#callBack(verb, streamSid, 'stream-started');
      },
      onWarning: (warning) => this.ledger.showWarning(warning),
    });
    this.#settleStream(verb, streamSid, result);
    return !result.opened || result.end.by === 'server';
  }

  #settleStream(verb: ConnectVerb, streamSid: string, result: StreamResult): void {
    this.#phone = undefined;
    const problem = findStreamProblem(result);
    if (problem) this.ledger.complain(problem);
    if (result.opened) {
      this.ledger.streamClosed(result.phone, result.end);
      if (result.end.by === 'caller') this.ledger.ended('caller');
      else if (!problem) this.ledger.ended('agent');
    }
    const isError = problem?.level === 'error';
    this.#callBack(verb, streamSid, isError ? 'stream-error' : 'stream-stopped', isError ? problem.code : undefined);
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    const others = Promise.all(this.#callbacks);
    this.#callbacks.push(others.then(async () => void (await Promise.all(held.map((send) => send())))));
  }

  /** Twilio asks the `action` of `<Connect>` also when the caller has hung up; the answer is then of no consequence. */
  async #afterStream(method: string, url: string, isOnLine: boolean): Promise<TwimlReading | undefined> {
    const status: CallStatus = isOnLine ? 'in-progress' : 'completed';
    const fields = createCallFields(this.#identity, status);
    const reading = await this.#fetchTwiml({ method, url, fields }, true);
    return isOnLine ? reading : undefined;
  }

  /** An empty 204 says that nothing is to follow a stream; for any other document it is a fault. */
  async #fetchTwiml(request: HttpRequest, mayBeEmpty = false): Promise<TwimlReading | undefined> {
    const outcome = await this.#http.send(request);
    if (!outcome.ok) {
      this.ledger.complain(outcome.problem);
      return undefined;
    }
    const { answer, tookMs } = outcome;
    this.ledger.answered(`${request.method} ${request.url}: ${answer.status}`, tookMs);
    if (answer.status === 204 && mayBeEmpty) return undefined;
    const reading = readTwiml(answer);
    for (const problem of reading.problems) this.ledger.complain(problem);
    return reading;
  }

  #callBack({ stream }: ConnectVerb, sid: string, event: StreamEvent, errorCode?: number): void {
    const { statusCallback: url, statusCallbackMethod: method, name = sid } = stream;
    if (url === undefined) return;
    const at = this.#wallTime();
    const fields = createStreamFields(this.#identity, { sid, name, event, at, errorCode });
    const send = () => this.#notify(method, url, fields);
    if (event === 'stream-started' && this.#options.lateStreamStarted) this.#held.push(send);
    else this.#callbacks.push(send());
  }

  async #finish(): Promise<void> {
    const { callStatusPath, recordingPath } = this.#options;
    const { durationMs } = this.ledger;
    const at = this.#wallTime();
    const own = (path: string) => new URL(path, this.#address.publicUrl).href;
    if (callStatusPath !== undefined) {
      const fields = createCompletedFields(this.#identity, durationMs, at);
      this.#callbacks.push(this.#notify('POST', own(callStatusPath), fields));
    }
    if (recordingPath !== undefined) {
      const fields = createRecordingFields(this.#identity, createSid('RE'), { durationMs, at });
      this.#callbacks.push(this.#notify('POST', own(recordingPath), fields));
    }
    await Promise.all(this.#callbacks);
  }

  async #notify(method: string, url: string, fields: FormFields): Promise<void> {
    const outcome = await this.#http.send({ method, url, fields });
    if (!outcome.ok) return this.ledger.complain({ ...outcome.problem, level: 'warning' });
    const { status } = outcome.answer;
    if (status >= 300) this.ledger.complain(createWarning(15003, `the callback ${url} was answered with ${status}`));
  }

  #wallTime(): Date {
    return (this.#options.wallClock ?? (() => new Date()))();
  }

  #wait(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now() + ms, resolve));
  }
}

function findStreamProblem(result: StreamResult): Problem | undefined {
  if (!result.opened) return result.problem;
  if (result.problem) return result.problem;
  const { by, code = 1005, reason = '' } = result.end;
  if (by === 'caller') return undefined;
  if (!CLEAN_CLOSES.includes(code)) {
    return createError(31921, `the server closed the stream with code ${code}${reason === '' ? '' : ` (${reason})`}`);
  }
  if (result.phone.stats.mediaReceived > 0) return undefined;
  return createWarning(31921, 'the server closed the stream without having sent any audio');
}

const MANNERS: Readonly<Record<Utterance['kind'], string>> = {
  say: '',
  'say-over': '(over the agent) ',
  play: '(plays) ',
  cough: '(coughs) ',
  dtmf: '(keys) ',
};

function showUtterance({ view }: PlaceCallOptions, { kind, text, from }: Utterance): void {
  view?.show({ type: 'caller', at: from, text: kind === 'cough' ? '' : text, manner: MANNERS[kind] });
}
