import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect } from 'react';
import type { Account, SessionInfo, UserRole } from '../../../src/api/contract/accounts.ts';
import type { Problem } from '../api/client.ts';
import { useApi } from '../api/hooks.ts';

const KEY = ['session'] as const;
const RANK: Readonly<Record<UserRole, number>> = { viewer: 0, operator: 1, owner: 2 };

export interface Here {
  readonly session: SessionInfo;
  readonly account: Account;
  /** Whether the user may do what this role may. */
  readonly may: (role: UserRole) => boolean;
}

const HereContext = createContext<Here | undefined>(undefined);
export const useHere = (): Here => use(HereContext)!;

export function HereProvider({
  children,
  session,
}: {
  readonly session: SessionInfo;
  readonly children: ReactNode;
}): ReactNode {
  const account = session.account!;
  return (
    <HereContext value={{ session, account, may: (role) => RANK[account.role] >= RANK[role] }}>{children}</HereContext>
  );
}

export function useSession(): { data: SessionInfo | undefined; error: Problem | null; refetch: () => unknown } {
  const api = useApi();
  const query = useQuery<SessionInfo, Problem>({
    queryKey: KEY,
    queryFn: ({ signal }) => api.ask('session', {}, signal),
    staleTime: 60_000,
    retry: 2,
  });
  const csrf = query.data?.csrf ?? null;
  useEffect(() => api.setCsrf(csrf), [api, csrf]);
  return query;
}

/** After a log-in or log-out: the new session holds at once, and nothing of the one before is shown. */
export function useEnter(): (session: SessionInfo | undefined) => void {
  const api = useApi();
  const client = useQueryClient();
  return (session) => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
    if (session) {
      api.setCsrf(session.csrf);
      client.setQueryData(KEY, session);
    } else client.resetQueries({ queryKey: KEY });
  };
}
