/** A caller whom Twilio connects again for as long as the server says so, and what came of each of their streams. */
import { decodeMulaw } from '../../src/audio/mulaw.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import { createCallFields } from '../../src/simulator/carrier/call-fields.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { createSid } from '../../src/simulator/carrier/sid.ts';
import { Phone } from '../../src/simulator/phone.ts';
import { TwilioHttp } from '../../src/simulator/twilio-http.ts';
import { openWebSocketLink } from '../../src/simulator/websocket-link.ts';
import { Talker } from '../talker.ts';

export interface CallerEnd {
  readonly callSid: string;
  /** `hung-up` by the caller, as planned; `ended` by the agent's side, in order; anything else is no good end. */
  readonly end: 'hung-up' | 'ended' | 'apology' | 'refused' | 'failed';
  /** Streams that were lost under the caller. */
  readonly lost: number;
  /** From the loss of a stream until the agent was heard again. */
  readonly silentMs: readonly number[];
  readonly problem?: string;
}

const clock = createRealClock();
const AUDIBLE_RMS = 200;
const ACCOUNT = createSid('AC');

export class BenchCaller {
  readonly #url: string;
  readonly #authToken: string;
  readonly #callSid = createSid('CA');
  readonly #silentMs: number[] = [];
  #phone: Phone | undefined;
  #lostAt: number | undefined;
  #lost = 0;
  #hasHungUp = false;
  isTalking = false;

  constructor(url: string, authToken: string) {
    this.#url = url;
    this.#authToken = authToken;
  }

  hangUp(): void {
    this.#hasHungUp = true;
    this.#phone?.stop();
  }

  async run(): Promise<CallerEnd> {
    let [status, route] = ['ringing', '/webhook/incoming_call'] as [Parameters<typeof createCallFields>[1], string];
    for (;;) {
      const answer = await this.#ask(route, status);
      if (answer.problem !== undefined) return this.#ended('failed', answer.problem);
      if (answer.status === 204) return this.#ended(this.#hasHungUp ? 'hung-up' : 'ended');
      const url = /<Stream[^>]* url="([^"]+)"/.exec(answer.body)?.[1];
      const token = /name="token" value="([^"]+)"/.exec(answer.body)?.[1];
      if (url === undefined || token === undefined)
        return this.#ended(this.#lost > 0 ? 'apology' : 'refused', answer.body);
      const problem = await this.#connect(url, token);
      if (problem !== undefined && !this.#hasHungUp) {
        this.#lost++;
        this.#lostAt ??= clock.now();
      }
      [status, route] = [this.#hasHungUp ? 'completed' : 'in-progress', '/webhook/stream_ended'];
    }
  }

  async #ask(route: string, status: Parameters<typeof createCallFields>[1]) {
    const address = createServerAddress(this.#url);
    const http = new TwilioHttp({ clock, authToken: this.#authToken, address });
    const identity = { callSid: this.#callSid, accountSid: ACCOUNT, from: '+15551230001', to: '+15551230000' };
    const request = { method: 'POST', url: this.#url + route, fields: createCallFields(identity, status) };
    const outcome = await http.send(request);
    if (!outcome.ok) return { status: 0, body: '', problem: `${route}: ${outcome.problem.message}` };
    return { status: outcome.answer.status, body: String(outcome.answer.body), problem: undefined };
  }

  /** Resolves when the stream is over, to what was wrong with its end. */
  #connect(url: string, token: string): Promise<string | undefined> {
    const streamSid = createSid('MZ');
    return new Promise((resolve) => {
      void openWebSocketLink({
        url,
        address: createServerAddress(this.#url),
        authToken: this.#authToken,
        onOpen: (link) => {
          this.#phone = new Phone({
            clock,
            link,
            source: new Talker(),
            record: false,
            identity: {
              callSid: this.#callSid,
              streamSid,
              accountSid: ACCOUNT,
              customParameters: { call_sid: this.#callSid, token },
            },
            onEnd: ({ by, code = 1005 }) => {
              if (by === 'caller' || code === 1000) resolve(undefined);
              else resolve(`closed with ${code}`);
            },
          });
          this.#phone.start();
        },
        onText: (text) => {
          this.#listen(text);
          this.#phone?.receive(text);
        },
        onBinary: () => {},
        onClose: (code, reason) => this.#phone?.linkClosed(code, reason),
      }).then((problem) => problem && resolve(problem.message));
    });
  }

  #listen(text: string): void {
    if (this.isTalking && this.#lostAt === undefined) return;
    const { event, media } = JSON.parse(text) as {
      readonly event: string;
      readonly media?: { readonly payload: string };
    };
    if (event !== 'media' || !media) return;
    const samples = decodeMulaw(Buffer.from(media.payload, 'base64'));
    if (Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length) < AUDIBLE_RMS) return;
    this.isTalking = true;
    if (this.#lostAt === undefined) return;
    this.#silentMs.push(clock.now() - this.#lostAt);
    this.#lostAt = undefined;
  }

  #ended(end: CallerEnd['end'], problem?: string): CallerEnd {
    const known = { callSid: this.#callSid, end, lost: this.#lost, silentMs: this.#silentMs };
    return problem === undefined ? known : { ...known, problem };
  }
}
