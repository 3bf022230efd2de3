/**
 * Reads a stream from now on, whether or not anybody takes what it gives: so that the next sentence is being spoken
 * while the first still plays. Whoever takes it gets everything in order, then the end or the error. The source must end
 * when its own signal is aborted; leaving early does not stop it.
 */
export function readAhead<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const items: T[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake: () => void = () => {};
  const pump = async (): Promise<void> => {
    try {
      for await (const item of source) {
        items.push(item);
        wake();
      }
      end = {};
    } catch (error) {
      end = { error };
    }
    wake();
  };
  void pump();
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (end && 'error' in end) throw end.error;
        if (end) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
