/** The next call of the servers on this machine, told step by step by their feeds. */
import type { Clock } from '../../core/clock.ts';
import { openFeedClient } from './feed-client.ts';
import { nothingYet, parseFeedLine, readFeedLine } from './read-feed.ts';
import type { TakeInput } from './watch.ts';

export interface FeedWatchOptions {
  readonly clock: Clock;
  readonly folder: string;
  readonly workingFolder: string;
  readonly take: TakeInput;
  readonly onServers: (count: number) => void;
}

/** Its owner closes it when the watch is over. */
export function watchFeeds({ clock, folder, onServers, take, workingFolder }: FeedWatchOptions): {
  close(): Promise<void>;
} {
  let following = nothingYet;
  return openFeedClient({
    clock,
    folder,
    workingFolder,
    onServers: (count) => {
      if (count === 0 && following.callSid !== undefined) {
        const trouble = { title: 'the server is gone', remedy: 'Start it again, and look at the end of its log.' };
        take({ type: 'trouble', at: clock.now(), trouble });
        take({ type: 'over', at: clock.now(), detail: 'the server is gone' });
      }
      onServers(count);
    },
    onLine: (text) => {
      const line = parseFeedLine(text);
      if (!line) return;
      const [next, inputs] = readFeedLine(following, line, clock.now());
      following = next;
      for (const input of inputs) take(input);
    },
  });
}
