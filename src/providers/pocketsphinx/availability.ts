import type { ProviderContext } from '../contracts.ts';
import { loadSphinx } from './library.ts';
import { findModel, modelFolderOf } from './model.ts';

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const REMEDY = 'apt-get install libpocketsphinx3 pocketsphinx-en-us, and npm install with optional dependencies';

/** Whether the library, the foreign function interface and the model are on this machine. */
export async function isPocketsphinxAvailable({ env }: Pick<ProviderContext, 'env'>): Promise<Availability> {
  const folder = modelFolderOf(env);
  if (!findModel(folder)) {
    return { ok: false, reason: `pocketsphinx: no acoustic model and dictionary in ${folder}. Remedy: ${REMEDY}` };
  }
  try {
    await loadSphinx();
    return { ok: true };
  } catch (error) {
    const [firstLine] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { ok: false, reason: `pocketsphinx: ${firstLine}. Remedy: ${REMEDY}` };
  }
}
