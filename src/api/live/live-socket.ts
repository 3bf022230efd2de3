/** One watcher: what it asks for, and what it is told. Whatever it sends, and however it reads, no call notices. */
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import type { LiveSink, LiveWatch } from '../../live/hub.ts';
import type { Live } from '../../live/live.ts';
import type { LiveNews } from '../../live/live-call.ts';
import type { Log } from '../../observe/log.ts';
import { TokenBucket } from '../../server/token-bucket.ts';
import { type LiveMessage, LiveRequest } from '../contract/live.ts';
import type { Caller } from '../handler.ts';
import type { SessionWatch, WatchedSession } from '../live-door.ts';
import { parseVoice } from './audio-message.ts';
import type { NewsDesk, NewsSeat } from './news-desk.ts';
import { Outbound } from './outbound.ts';

export interface LiveSocketOptions {
  readonly socket: WebSocket;
  readonly caller: Caller;
  readonly sessions: SessionWatch;
  readonly live: Live;
  readonly news: NewsDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** The text of a message, made once for all watchers that are told the same. */
  readonly textOf: (subject: object, make: () => LiveMessage) => string;
  readonly bytesOf: (news: Extract<LiveNews, { type: 'audio' }>) => Buffer;
  readonly onClosed: () => void;
}

/** RFC 6455 leaves 4000–4999 to applications. */
export const SESSION_OVER = 4401;
const MOST_FOLLOWED = 4;
const MOST_BAD = 20;
const MESSAGES_PER_SECOND = 60;
const MESSAGE_BURST = 120;
const PING_EVERY_LOOKS = 10;
const MOST_MISSED_PINGS = 2;
const LOOK_MS = 1_000;
/** How long a watcher has to answer our close. */
const CLOSE_MS = 2_000;

type Request = Exclude<LiveRequest, { type: 'hello' }>;

export class LiveSocket {
  readonly #o: LiveSocketOptions;
  readonly #out: Outbound;
  readonly #watch: LiveWatch;
  readonly #bucket: TokenBucket;
  readonly #leaveAttendance: () => void;
  readonly #followed = new Set<string>();
  #seat: NewsSeat | undefined;
  #listening: string | undefined;
  #session: WatchedSession | undefined;
  #bad = 0;
  #looks = 0;
  #missedPings = 0;
  #disarm: () => void = () => {};
  #reason = 'peer-closed';

  constructor(options: LiveSocketOptions) {
    this.#o = options;
    const { caller, clock, live, log, socket } = options;
    this.#out = new Outbound({
      socket,
      clock,
      onCaughtUp: (missed) => {
        this.#tell({ type: 'lagging', missed });
        this.#watch.again();
      },
      onHopeless: () => this.#cut('too-slow'),
    });
    this.#watch = live.watch(this.#sink());
    this.#leaveAttendance = this.#mayAct ? live.attend(caller.actor) : () => {};
    this.#bucket = new TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST, clock.now());
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#missedPings = 0;
    });
    socket.on('error', () => {
      this.#reason = 'protocol-error';
    });
    socket.once('close', (code) => this.#closed(code));
    log.info('LIVE_OPEN', { role: caller.role });
    this.#look();
    this.#session = this.#watchSession();
  }

  /** Starts the close handshake, and waits for it no longer than a moment. */
  close(code: number, reason: string): void {
    const { clock, socket } = this.#o;
    this.#reason = reason;
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.close(code, reason);
    this.#disarm();
    this.#disarm = clock.at(clock.now() + CLOSE_MS, () => socket.terminate());
  }

  get #mayAct(): boolean {
    const { role } = this.#o.caller;
    return role === 'operator' || role === 'owner';
  }

  /** A caller without a session, a key of a program, has nothing that could end. */
  #watchSession(): WatchedSession | undefined {
    const { caller, sessions } = this.#o;
    const { sessionHash, userId } = caller;
    if (sessionHash === undefined || userId === undefined) return undefined;
    return sessions.watch({ sessionHash, userId }, () => this.close(SESSION_OVER, 'session-over'));
  }

  // From the watcher

  #receive(data: RawData, isBinary: boolean): void {
    const { clock, socket } = this.#o;
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!this.#bucket.take(clock.now())) return this.close(1008, 'flood');
    this.#session?.used();
    // With the default binary type of `ws` a message is always one Buffer.
    if (isBinary) return this.#voice(data as Buffer);
    const request = parseRequest((data as Buffer).toString());
    if (!request) return this.#refuse('unknown', 'not-understood', true);
    if (request.type === 'hello') return this.#hello(request.cursor);
    if (!this.#seat) return this.#refuse(request.type, 'hello-first', true);
    this.#do(request);
  }

  #do(request: Request): void {
    switch (request.type) {
      case 'follow':
        return this.#follow(request.callSid);
      case 'unfollow':
        this.#followed.delete(request.callSid);
        return this.#watch.unfollow(request.callSid);
      case 'listen':
        return this.#listen(request.callSid);
      case 'unlisten':
        this.#listening = undefined;
        return void this.#watch.listen(undefined);
    }
  }

  #hello(cursor: number | undefined): void {
    if (this.#seat) return this.#refuse('hello', 'repeated', true);
    const seat = this.#o.news.join(cursor, (page) => this.#tell({ type: 'news', ...page, topics: [...page.topics] }));
    this.#seat = seat;
    void seat.welcome.then((from) => {
      this.#tell({ type: 'welcome', cursor: from });
      if (this.#o.socket.readyState === WebSocket.OPEN) this.#watch.list();
    });
  }

  #follow(callSid: string): void {
    if (this.#followed.size >= MOST_FOLLOWED && !this.#followed.has(callSid)) return this.#refuse('follow', 'too-many');
    if (!this.#watch.follow(callSid)) return this.#refuse('follow', 'no-such-call');
    this.#followed.add(callSid);
  }

  #listen(callSid: string): void {
    if (!this.#mayAct) return this.#refuse('listen', 'forbidden');
    if (!this.#watch.listen(callSid)) return this.#refuse('listen', 'no-such-call');
    this.#listening = callSid;
    this.#tell({ type: 'listening', callSid });
  }

  /** The node that has the call knows who has taken it over, and hears nobody else. */
  #voice(message: Buffer): void {
    const audio = parseVoice(message);
    if (!audio) return this.#refuse('voice', 'not-understood', true);
    if (!this.#mayAct) return this.#refuse('voice', 'forbidden', true);
    const { caller, live } = this.#o;
    const { actor } = caller;
    const callSid = this.#listening ?? live.takenBy(actor);
    if (callSid === undefined) return this.#refuse('voice', 'not-taken');
    live.speak(callSid, actor, audio);
  }

  #refuse(request: string, code: string, isBad = false): void {
    if (isBad && ++this.#bad >= MOST_BAD) return this.close(1008, 'garbage');
    this.#tell({ type: 'refused', request, code });
  }

  // To the watcher

  #sink(): LiveSink {
    const { bytesOf, textOf } = this.#o;
    return {
      calls: (calls, isAll) => {
        const type = isAll ? 'calls' : 'changed';
        const message = (): LiveMessage => ({ type, calls: [...calls] });
        this.#out.send(isAll ? JSON.stringify(message()) : textOf(calls, message));
      },
      gone: (callSids) => {
        for (const callSid of callSids) this.#followed.delete(callSid);
        if (this.#listening !== undefined && callSids.includes(this.#listening)) this.#listening = undefined;
        this.#out.send(textOf(callSids, () => ({ type: 'gone', callSids: [...callSids] })));
      },
      lines: (callSid, lines, isFirst) => this.#tell({ type: 'lines', callSid, isFirst, lines: [...lines] }),
      audio: (news) => this.#out.send(bytesOf(news), true),
    };
  }

  #tell(message: LiveMessage): void {
    this.#out.send(JSON.stringify(message));
  }

  /** Every second: whether it reads, and every tenth whether it is there. */
  #look(): void {
    const { clock, socket } = this.#o;
    this.#disarm = clock.at(clock.now() + LOOK_MS, () => {
      if (socket.readyState !== WebSocket.OPEN) return;
      this.#look();
      this.#out.look();
      if (++this.#looks % PING_EVERY_LOOKS !== 0) return;
      if (this.#missedPings++ >= MOST_MISSED_PINGS) this.#cut('ping-timeout');
      else socket.ping();
    });
  }

  #cut(reason: string): void {
    this.#reason = reason;
    this.#o.socket.terminate();
  }

  #closed(code: number): void {
    const { log, onClosed } = this.#o;
    this.#disarm();
    this.#session?.stop();
    this.#leaveAttendance();
    this.#seat?.leave();
    this.#watch.close();
    log.info('LIVE_CLOSE', { code, reason: this.#reason, missed: this.#out.missed });
    onClosed();
  }
}

function parseRequest(text: string): LiveRequest | undefined {
  try {
    return LiveRequest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
