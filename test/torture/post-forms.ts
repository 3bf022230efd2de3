/** Posts spoilt forms to a server, signed, several at once, and counts the answers. */
import { Agent, request as requestHttp } from 'node:http';
import { signForm } from '../../src/twilio/signature.ts';
import { type Fields, type SpoiltForm, spoiltForms } from './forms.ts';

export interface PostOptions {
  readonly url: string;
  readonly authToken: string;
  readonly seed: number;
  readonly count: number;
  readonly atOnce?: number;
  /** After each tenth of them. */
  readonly onTenth?: (done: number) => void;
}

export interface Answers {
  /** By route and status. */
  readonly counts: ReadonlyMap<string, number>;
  /** What must not be: a status of 500 or more, or no answer; the first of them in full. */
  readonly faults: readonly string[];
}

const ANSWER_MS = 30_000;
const MOST_FAULTS = 20;

export async function postForms({ atOnce = 16, onTenth = () => {}, ...options }: PostOptions): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const counts = new Map<string, number>();
  const faults: string[] = [];
  const forms = spoiltForms(options.seed);
  let begun = 0;
  let done = 0;
  const postOn = async (): Promise<void> => {
    while (begun++ < options.count) {
      const form = forms.next().value as SpoiltForm;
      const status = await post(agent, form, options);
      const key = `${form.path} ${status}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      const isFault = typeof status === 'string' || status >= 500;
      if (isFault && faults.length < MOST_FAULTS) faults.push(`${key} ${JSON.stringify(form.fields).slice(0, 500)}`);
      if (++done % Math.ceil(options.count / 10) === 0) onTenth(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, postOn));
  agent.destroy();
  return { counts, faults };
}

/** As a browser and Twilio write it; a lone surrogate is what UTF-8 makes of it, for the signature too. */
function encode(fields: Fields): { readonly body: string; readonly signed: Fields } {
  const form = new URLSearchParams();
  const signed: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, values] of Object.entries(fields)) {
    const whole = [values].flat().map((value) => value.toWellFormed());
    for (const value of whole) form.append(name, value);
    signed[name] = whole.length === 1 ? whole[0]! : whole;
  }
  return { body: form.toString(), signed };
}

function post(agent: Agent, form: SpoiltForm, { authToken, url }: PostOptions): Promise<number | string> {
  const { body, signed } = encode(form.fields);
  const isPost = form.method === 'POST';
  const target = isPost ? url + form.path : `${url}${form.path}?${body.slice(0, 4_000)}`;
  const headers = isPost
    ? {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(Buffer.byteLength(body)),
        'x-twilio-signature': signForm(authToken, target, signed),
      }
    : {};
  return new Promise((resolve) => {
    const request = requestHttp(target, { method: form.method, headers, agent, timeout: ANSWER_MS });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve(error.message));
    request.on('response', (response) => {
      response.resume();
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.end(isPost ? body : undefined);
  });
}
