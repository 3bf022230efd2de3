import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../core/errors.ts';
import type { SherpaModel } from './recogniser.ts';

const REMEDY =
  'Name a folder with a streaming model as it was unpacked, from https://k2-fsa.github.io/sherpa/onnx/pretrained_models/';

/** What kind of model the folder holds, by the names of its files. Throws `ConfigError` that names what is missing. */
export async function findModel(folder: string): Promise<SherpaModel> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new ConfigError('SHERPA_MODEL', `the folder ${folder} cannot be read`, REMEDY, cause);
  });
  const missing = (what: string): never => {
    throw new ConfigError('SHERPA_MODEL', `${what} is missing in ${folder}`, REMEDY);
  };
  if (!names.includes('tokens.txt')) missing('tokens.txt');
  const tokens = path.join(folder, 'tokens.txt');
  const nets = names.filter((name) => name.endsWith('.onnx')).sort();
  const pick = (part: string, isSmall: boolean): string | undefined => {
    const named = nets.filter((name) => name.toLowerCase().includes(part));
    const name = named.find((one) => one.includes('int8') === isSmall) ?? named[0];
    return name === undefined ? undefined : path.join(folder, name);
  };
  // Eight bits lose nothing that can be heard and are twice as fast, but for the small decoder.
  const [encoder, decoder, joiner] = [pick('encoder', true), pick('decoder', false), pick('joiner', true)];
  if (encoder ?? decoder ?? joiner) {
    return {
      kind: 'transducer',
      tokens,
      encoder: encoder ?? missing('encoder*.onnx'),
      decoder: decoder ?? missing('decoder*.onnx'),
      joiner: joiner ?? missing('joiner*.onnx'),
    };
  }
  const model = pick('ctc', true) ?? pick('model', true) ?? missing('encoder*.onnx, or model*.onnx,');
  // Each name by itself: "mine" and "model.onnx" put together would read "nemo".
  const isNemo = [path.resolve(folder), model].some((name) => /nemo|conformer/i.test(path.basename(name)));
  return { kind: isNemo && !/zipformer/i.test(model) ? 'nemoCtc' : 'zipformer2Ctc', tokens, model };
}
