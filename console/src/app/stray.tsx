import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/page.tsx';

export function NotFound(): ReactNode {
  const words = useWords();
  return (
    <Empty title={words.common.notFound}>
      <Link to="/" className="text-accent underline underline-offset-4">
        {words.common.toHome}
      </Link>
    </Empty>
  );
}

export function Broken(): ReactNode {
  const words = useWords();
  return (
    <Empty title={words.common.failed}>
      <Button onClick={() => location.reload()}>{words.common.reload}</Button>
    </Empty>
  );
}
