/** The console's live half: who looks on at calls, steps into them, and calls from the browser. */
import { createLiveDoor } from '../api/live/create-door.ts';
import { createLiveHandlers } from '../api/live/handlers.ts';
import { NewsDesk } from '../api/live/news-desk.ts';
import type { LiveDoor, SessionWatch } from '../api/live-door.ts';
import { createPhoneHandlers } from '../api/phone/handlers.ts';
import type { LoadedDesk, Parts } from './load-desk.ts';

export function createLiveParts({ clock, log }: Parts, loaded: LoadedDesk, sessions: SessionWatch) {
  const { cluster, keeping, live, phones, ready } = loaded;
  const { store } = keeping;
  const { tenant } = keeping.facts;
  const news = new NewsDesk({ store, clock, tenant });
  const door = createLiveDoor({ live, news, sessions, clock, log, tenant });
  const handlers = {
    ...createLiveHandlers({ live, store, cluster, tenant }),
    ...createPhoneHandlers({ phones, tenant, agentName: ready.name }),
  };
  const close = async (): Promise<void> => {
    await door.close();
    await news.close();
  };
  const closing: LiveDoor = { upgrade: (...visit) => door.upgrade(...visit), close };
  return { handlers, door: closing };
}
