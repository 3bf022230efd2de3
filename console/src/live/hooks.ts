import { createContext, use, useCallback, useEffect, useSyncExternalStore } from 'react';
import type { LiveCall } from '../../../src/api/contract/live.ts';
import type { Connection, LiveFeed } from './live-feed.ts';
import type { Transcript } from './transcript.ts';

export const LiveContext = createContext<LiveFeed | undefined>(undefined);
export const useLive = (): LiveFeed => use(LiveContext)!;

function useTopic<T>(topic: string, read: (feed: LiveFeed) => T): T {
  const feed = useLive();
  const subscribe = useCallback((listener: () => void) => feed.subscribe(topic, listener), [feed, topic]);
  return useSyncExternalStore(subscribe, () => read(feed));
}

export const useLiveIds = (): readonly string[] => useTopic('ids', (feed) => feed.ids());
export const useConnection = (): Connection => useTopic('connection', (feed) => feed.connection());

export const useLiveCall = (callSid: string): LiveCall | undefined =>
  useTopic(`call:${callSid}`, (feed) => feed.call(callSid));

/** The lines of a call, for as long as the component is there. */
export function useTranscript(callSid: string): Transcript {
  const feed = useLive();
  useEffect(() => feed.follow(callSid), [feed, callSid]);
  return useTopic(`lines:${callSid}`, (live) => live.transcript(callSid));
}
