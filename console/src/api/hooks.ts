import {
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Answer, ApiClient, ChangeRoute, Problem, ReadRoute, RouteRequest } from './client.ts';

export const ApiContext = createContext<ApiClient | undefined>(undefined);

export function useApi(): ApiClient {
  return use(ApiContext)!;
}

interface ReadOptions {
  readonly enabled?: boolean;
  readonly refetchInterval?: number;
}

/** Reads a route; the key is the route's name and the request. */
export function useRead<N extends ReadRoute>(
  name: N,
  request: RouteRequest<N>,
  options: ReadOptions = {},
): UseQueryResult<Answer<N>, Problem> {
  const api = useApi();
  return useQuery<Answer<N>, Problem>({
    queryKey: [name, request],
    queryFn: ({ signal }) => api.ask(name, request, signal),
    placeholderData: keepPreviousData,
    ...options,
  });
}

type PagedRoute = { [N in ReadRoute]: Answer<N> extends { next: string | null } ? N : never }[ReadRoute];
type Item<N extends PagedRoute> = Answer<N> extends { items: (infer T)[] } ? T : never;
interface Pages<N extends PagedRoute> {
  readonly items: readonly Item<N>[];
}

interface PagesOptions<N extends PagedRoute> {
  /** For work of which no news tells: read anew each second or so for as long as this holds. */
  readonly readsAgainWhile?: (items: readonly Item<N>[]) => boolean;
}

const AGAIN_MS = 1_500;
const itemsOf = <N extends PagedRoute>(pages: readonly Answer<N>[]): readonly Item<N>[] =>
  pages.flatMap((page) => (page as unknown as Pages<N>).items);

/** Reads a route that answers in pages, one after the other. */
export function useReadPages<N extends PagedRoute>(
  name: N,
  query: NonNullable<RouteRequest<N>['query']>,
  { readsAgainWhile }: PagesOptions<N> = {},
): UseInfiniteQueryResult<Pages<N>, Problem> {
  const api = useApi();
  return useInfiniteQuery<Answer<N>, Problem, Pages<N>, readonly unknown[], string | undefined>({
    queryKey: [name, { query }],
    queryFn: ({ pageParam, signal }) =>
      api.ask(name, { query: { ...query, before: pageParam } } as unknown as RouteRequest<N>, signal),
    initialPageParam: undefined,
    getNextPageParam: (last) => (last as { next: string | null }).next ?? undefined,
    select: ({ pages }) => ({ items: itemsOf<N>(pages) }),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && !!readsAgainWhile?.(itemsOf<N>(data.pages)) && AGAIN_MS,
    placeholderData: keepPreviousData,
  });
}

/** Changes something, and has what it touches read anew. */
export function useChange<N extends ChangeRoute>(
  name: N,
  touches: readonly ReadRoute[] = [],
): UseMutationResult<Answer<N>, Problem, RouteRequest<N>> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation<Answer<N>, Problem, RouteRequest<N>>({
    mutationFn: (request) => api.ask(name, request),
    onSuccess: () => Promise.all(touches.map((route) => client.invalidateQueries({ queryKey: [route] }))),
  });
}
