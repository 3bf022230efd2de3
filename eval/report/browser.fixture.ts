/** A real Chromium without a window, driven over the DevTools protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--mute-audio',
  '--remote-debugging-port=0',
];

/** Where this machine has one; undefined where not. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

type Params = Readonly<Record<string, unknown>>;
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

export class Browser {
  /** What a console would show in red, exceptions included. */
  readonly errors: string[] = [];
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #waiting = new Map<string, () => void>();
  #sessionId: string | undefined;
  #ids = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data) => this.#onMessage(JSON.parse(String(data)) as Message));
  }

  static async open(executable: string): Promise<Browser> {
    const profile = await mkdtemp(path.join(tmpdir(), 'kav-browser-'));
    const child = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const socket = new WebSocket(await debuggerOf(child));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const browser = new Browser(child, profile, socket);
    await browser.#attach();
    return browser;
  }

  async send(method: string, params: Params = {}): Promise<Params> {
    const id = ++this.#ids;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(this.#sessionId ? { sessionId: this.#sessionId } : {}) }),
    );
    const { error, result } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async go(url: string): Promise<void> {
    const loaded = this.event('Page.loadEventFired');
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The next event of that name. */
  event(method: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(method, resolve));
  }

  /** The value of an expression in the page, awaited if it is a promise. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { exceptionDetails, result } = await this.send('Runtime.evaluate', params);
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: Value }).value;
  }

  /** As a person would: the mouse on the middle of the element. */
  async click(selector: string): Promise<void> {
    const place = await this.evaluate<{ readonly x: number; readonly y: number }>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: 'center', inline: 'center' });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
    }
  }

  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket.terminate();
    this.#process.kill('SIGKILL');
    await gone;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #attach(): Promise<void> {
    const { targetInfos } = await this.send('Target.getTargets');
    const page = (targetInfos as readonly { readonly type: string; readonly targetId: string }[]).find(
      ({ type }) => type === 'page',
    );
    const { sessionId } = await this.send('Target.attachToTarget', { targetId: page!.targetId, flatten: true });
    this.#sessionId = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
  }

  #onMessage({ id, method, params, ...rest }: Message): void {
    if (id !== undefined) {
      this.#answers.get(id)?.({ id, ...rest });
      this.#answers.delete(id);
      return;
    }
    if (method === undefined) return;
    if (method === 'Runtime.exceptionThrown' || isRed(method, params)) this.errors.push(JSON.stringify(params));
    this.#waiting.get(method)?.();
    this.#waiting.delete(method);
  }
}

function isRed(method: string, params: Params = {}): boolean {
  if (method === 'Runtime.consoleAPICalled') return params['type'] === 'error' || params['type'] === 'assert';
  const entry = params['entry'] as { readonly level?: string } | undefined;
  return method === 'Log.entryAdded' && entry?.level === 'error';
}

async function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stderr! })) {
    const url = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    // What it says afterwards is read to its end, so that it never waits for us.
    if (url) {
      stderr!.resume();
      return url;
    }
    lines.push(line);
  }
  throw new Error(`Chromium did not start: ${lines.join('\n')}`);
}
