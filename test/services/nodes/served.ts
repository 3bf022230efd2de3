/** `kav serve` as a process of its own, and a call to it as Twilio makes one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import { signForm, signUpgrade } from '../../../src/twilio/signature.ts';

const root = new URL('../../../', import.meta.url).pathname;
export const AUTH_TOKEN = 'an auth token of the test';
export const ACCOUNT = `AC${'0'.repeat(32)}`;

export class Served {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** What it said on both of its outputs. */
  said = '';
  url = '';
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'kav-served-'));
  #look: () => void = () => {};

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const own = { KAV_DATA_DIR: this.#folder, PORT: '0', HOST: '127.0.0.1', LOG_FORMAT: 'json' };
    const fakes = { KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake', KAV_VAD: 'rms' };
    const { NODE_OPTIONS: _, VITEST: __, ...ambient } = process.env;
    this.process = spawn(process.execPath, [path.join(root, 'src/cli/main.js'), 'serve', ...args], {
      cwd: root,
      env: { ...ambient, TWILIO_AUTH_TOKEN: AUTH_TOKEN, ...own, ...fakes, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [this.process.stdout, this.process.stderr]) {
      output?.on('data', (piece: Buffer) => {
        this.said += piece;
        this.#look();
      });
    }
    this.exited = once(this.process, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves when it answers. */
  async answers(): Promise<void> {
    await this.until((said) => said.includes(' answers at http'));
    this.url = /answers at (http:\/\/[\d.]+:\d+)/.exec(this.said)![1]!;
  }

  /** Resolves when what it has said satisfies; rejects when it ends before. */
  async until(isEnough: (said: string) => boolean): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#look = () => {
        if (isEnough(this.said)) resolve();
      };
      this.#look();
    });
    const ended = this.exited.then((code) => Promise.reject(new Error(`it ended with ${code}: ${this.said}`)));
    ended.catch(() => {}); // it may end once nobody waits here
    await Promise.race([enough, ended]);
  }

  /** How often a node has joined. */
  joined(node: string): number {
    const isJoining = (line: string): boolean => line.includes('NODE_JOINED') && line.includes(`"node":"${node}"`);
    return this.said.split('\n').filter(isJoining).length;
  }

  count(text: string): number {
    return this.said.split(text).length - 1;
  }

  post(route: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { 'X-Twilio-Signature': signForm(AUTH_TOKEN, this.url + route, form) };
    return fetch(this.url + route, { method: 'POST', headers, body: new URLSearchParams(form) });
  }

  /** Announces a call, and gives what connects its stream and resolves when the agent begins to speak. */
  async announce(number: number): Promise<() => Promise<WebSocket>> {
    const callSid = `CA${String(number).padStart(32, '0')}`;
    const form = {
      ...{ CallSid: callSid, AccountSid: ACCOUNT, From: '+15551230001', To: '+15551230000' },
      ...{ CallStatus: 'ringing', Direction: 'inbound', ApiVersion: '2010-04-01' },
    };
    const twiml = await (await this.post('/webhook/incoming_call', form)).text();
    const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1];
    if (token === undefined) throw new Error(`no token in ${twiml} ${this.said}`);
    return () => this.#connect(callSid, token, twiml);
  }

  async call(number: number): Promise<WebSocket> {
    return (await this.announce(number))();
  }

  async #connect(callSid: string, token: string, twiml: string): Promise<WebSocket> {
    const signedUrl = /<Stream url="([^"]+)"/.exec(twiml)?.[1] ?? '';
    const headers = { 'X-Twilio-Signature': signUpgrade(AUTH_TOKEN, signedUrl) };
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/ws/twilio-media`, { headers });
    await once(socket, 'open');
    const streamSid = callSid.replace('CA', 'MZ');
    const start = {
      accountSid: ACCOUNT,
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token },
    };
    socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }));
    await once(socket, 'message');
    return socket;
  }

  async close(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
