import type { ReactNode } from 'react';
import { useWords } from '../language/language.tsx';
import { Button } from './button.tsx';

interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

/** Asks for the page after those that are there; nothing where there is none. */
export function More({ query }: { readonly query: Paged }): ReactNode {
  const { common } = useWords();
  if (!query.hasNextPage) return null;
  return (
    <div className="mt-3 text-center">
      <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        {common.more}
      </Button>
    </div>
  );
}
