/** `kav doctor --watch`: one call, step by step as it goes on, and the first step that is missing. */
import path from 'node:path';
import { createRealClock } from '../call/real-clock.ts';
import type { Clock } from '../core/clock.ts';
import type { Probe } from '../doctor/probe/probe.ts';
import { newsJson, renderNews } from '../doctor/watch/render-watch.ts';
import { FOREIGN_CALL, OWN_CALL, type Step } from '../doctor/watch/steps.ts';
import { startWatch, type Watch } from '../doctor/watch/watch.ts';
import { watchFeeds } from '../doctor/watch/watch-feed.ts';
import type { WatchNews } from '../doctor/watch/watch-state.ts';
import { watchUrl } from '../doctor/watch/watch-url.ts';
import { WATCH_FOLDER } from '../observe/watch-feed.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface WatchCommand {
  readonly json: boolean;
}

/** The next call of the servers that share this data directory. Ends with the call, or with Ctrl-C. */
export async function watchOwn(dataDir: string, command: WatchCommand): Promise<ExitCode> {
  const clock = createRealClock();
  const { end, note, watch } = openView(clock, OWN_CALL, command);
  const stop = (): void => watch.take({ type: 'over', at: clock.now(), detail: 'stopped by hand' });
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const folder = path.resolve(dataDir, WATCH_FOLDER);
  const feeds = watchFeeds({
    ...{ clock, folder, workingFolder: process.cwd(), take: watch.take },
    onServers: (count) => note(serversLine(count, dataDir)),
  });
  const { go } = await watch.verdict;
  end();
  await feeds.close();
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return go ? EXIT.ok : EXIT.no;
}

/** A call of the doctor's own at any server. */
export async function watchForeign(probe: Probe, command: WatchCommand): Promise<ExitCode> {
  const { end, watch } = openView(probe.clock, FOREIGN_CALL, command);
  await watchUrl(probe, watch.take);
  const { go } = await watch.verdict;
  end();
  return go ? EXIT.ok : EXIT.no;
}

function serversLine(count: number, dataDir: string): string {
  if (count === 0) return `no server runs with KAV_DATA_DIR ${dataDir} on this machine; start it (kav serve), I wait`;
  return `listening to ${count === 1 ? 'the server' : `${count} processes`}; call the number now`;
}

interface View {
  readonly watch: Watch;
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** On a terminal the last line tells what is waited for; it goes when news comes. */
function openView(clock: Clock, steps: readonly Step[], { json }: WatchCommand): View {
  const isTerminal = process.stderr.isTTY && !json;
  let since: number | undefined;
  const clear = (): void => void (isTerminal && process.stderr.write('\r\u001b[K'));
  const onNews = (news: WatchNews): void => {
    since ??= news.at;
    clear();
    if (json) return console.log(JSON.stringify(newsJson(news, { since })));
    for (const line of renderNews(news, { since, color: process.stdout.isTTY })) console.log(line);
  };
  const onWaiting = (next: Step | undefined): void => {
    if (isTerminal && next) process.stderr.write(`\r\u001b[K         … ${next.title}?`);
  };
  const watch = startWatch({ clock, steps, onNews, onWaiting });
  const note = (text: string): void => {
    clear();
    console.error(text);
  };
  return { watch, note, end: clear };
}
