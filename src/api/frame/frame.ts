/** The console and its API behind one door: files of pages, the routes of the table, the live socket. */
import type { Log } from '../../observe/log.ts';
import type { ConsoleDoor, ConsoleSurroundings } from '../../server/console-door.ts';
import { machinePrefix, pathOf } from '../../server/routes.ts';
import type { Identity } from '../accounts/identity.ts';
import type { ApiRouteName } from '../contract/contract.ts';
import type { LiveDoor } from '../live-door.ts';
import type { VisitHandlers } from '../visit.ts';
import { openApiApp } from './app.ts';
import { createConsoleFiles } from './console-files.ts';
import { createGuard } from './guard.ts';
import { createLiveUpgrade } from './live-upgrade.ts';
import { createPace, DEFAULT_PACE, type PaceLimits } from './pace.ts';
import { readRequestOrigin } from './request-origin.ts';

export interface ApiFrameOptions {
  readonly tenant: string;
  readonly surroundings: ConsoleSurroundings;
  readonly identity: Identity;
  readonly handlers: Partial<VisitHandlers<ApiRouteName>>;
  readonly live: LiveDoor | undefined;
  /** The folder of the built console; it need not be there. */
  readonly files: string;
  readonly pace?: PaceLimits;
  readonly log: Log;
}

export async function openApiFrame(options: ApiFrameOptions): Promise<ConsoleDoor> {
  const { files: folder, handlers, identity, live, log, surroundings, tenant } = options;
  const files = createConsoleFiles(folder);
  const guard = createGuard(identity, tenant);
  const pace = createPace(surroundings.clock, options.pace ?? DEFAULT_PACE);
  const app = await openApiApp({ guard, handlers, surroundings, pace, log });
  let closing: Promise<void> | undefined;
  return {
    hasPage: (request) => files.has(request),
    answer: (request, response) => {
      if (machinePrefix(pathOf(request)) === 'api') return app.answer(request, response);
      files.send(request, response, readRequestOrigin(request, surroundings)).catch((error: unknown) => {
        log.error('SERVER_FAULT', { route: '/', error });
        response.destroy();
      });
    },
    upgrade: createLiveUpgrade({ guard, live, pace, surroundings }),
    close: () => {
      closing ??= Promise.all([live?.close(), app.close()]).then(() => {});
      return closing;
    },
  };
}
