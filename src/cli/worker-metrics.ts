/** `/metrics` of several workers on one port: whichever is asked, the primary gathers the figures of all. */
import type { Worker } from 'node:cluster';
import { z } from 'zod';
import { addMetrics, type Metrics, type MetricsPage } from '../observe/metrics.ts';

/** A worker whose event loop stands still must not hold up the figures of the others. */
const GATHER_MS = 500;
const ANSWER_MS = 1_000;

const wanted = z.object({ type: z.literal('metrics-wanted'), id: z.number(), accept: z.string() });
const asked = z.object({ type: z.literal('metrics-asked'), id: z.number() });
const told = z.object({ type: z.literal('metrics-told'), id: z.number(), values: z.array(z.looseObject({})) });
const page = z.object({ contentType: z.string(), text: z.string() });
const added = z.object({ type: z.literal('metrics-added'), id: z.number(), page });

/** In a worker: its own metrics, whose page is that of all workers. */
export function shareMetrics(own: Metrics, worker: Worker): Metrics {
  const waiting = new Map<number, (page: MetricsPage) => void>();
  let asks = 0;
  worker.on('message', (message: unknown) => {
    const question = asked.safeParse(message);
    if (question.success) {
      const { id } = question.data;
      void own.values().then((values) => tell(worker, { type: 'metrics-told', id, values }));
    }
    const answer = added.safeParse(message);
    if (answer.success) waiting.get(answer.data.id)?.(answer.data.page);
  });
  const pageOfAll = async (accept: string): Promise<MetricsPage> => {
    const id = ++asks;
    const all = await new Promise<MetricsPage | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      tell(worker, { type: 'metrics-wanted', id, accept });
    });
    waiting.delete(id);
    return all ?? own.page(accept);
  };
  return { ...own, text: async () => (await pageOfAll('')).text, page: pageOfAll };
}

/** In the primary: gathers for a worker that asks. */
export function answerMetrics(worker: Worker, workers: () => readonly Worker[]): void {
  worker.on('message', (message: unknown) => {
    const question = wanted.safeParse(message);
    if (!question.success) return;
    const { accept, id } = question.data;
    gather(workers())
      .then(async (values) => tell(worker, { type: 'metrics-added', id, page: await addMetrics(values, accept) }))
      .catch((error: unknown) => console.error(`kav: metrics of the workers: ${error}`)); // it answers for itself then
  });
}

let gatherings = 0;

async function gather(workers: readonly Worker[]): Promise<readonly (readonly object[])[]> {
  const id = ++gatherings;
  const values = await Promise.all(workers.map((worker) => valuesOf(worker, id)));
  return values.filter((each) => each !== undefined);
}

function valuesOf(worker: Worker, id: number): Promise<readonly object[] | undefined> {
  return new Promise((resolve) => {
    const end = (values?: readonly object[]): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('exit', onExit);
      resolve(values);
    };
    const onMessage = (message: unknown): void => {
      const answer = told.safeParse(message);
      if (answer.success && answer.data.id === id) end(answer.data.values);
    };
    const onExit = (): void => end();
    const timer = setTimeout(end, GATHER_MS);
    worker.on('message', onMessage).on('exit', onExit);
    tell(worker, { type: 'metrics-asked', id });
  });
}

/** Whoever is gone needs no answer. */
function tell(worker: Worker, message: object): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
