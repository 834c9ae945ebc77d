// Makes the start of small models that `seg train` begins with: the example's model, which knows generated scenes, with
// the queries of `smallModel`. Queries beyond its own are initialized.
//   node scripts/make-start.mjs [examples/mask2former/model] [packages/cli/starts/mask2former]
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../examples/mask2former/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const [
  { init, ParamStore, useBackend },
  { buildModel, openLocation, openWeights, readDescription },
  { saveModel, storedParams },
  { smallModel },
] = await Promise.all(['@seg/core', '@seg/models', '@seg/models/node', '@seg/train'].map(load));

const [source = 'examples/mask2former/model', target = 'packages/cli/starts/mask2former'] = process.argv.slice(2);
await useBackend('cpu');
const { folder } = await openLocation(source);
const description = await readDescription(folder);
const weights = await openWeights(source);
const config = { ...smallModel('mask2former').config, numClasses: description.config.numClasses };
init.seedInitializers(1);
const model = buildModel(new ParamStore(), config);
const tensors = new Map();
for await (const [key, initial] of storedParams(model.params)) tensors.set(key, filled(initial, weights.read(key)));
await saveModel(target, { ...description, config }, tensors, { precision: 'int8' });

/** Known rows first, then those of the initializer. */
function filled({ shape, values }, known) {
  if (known === null) throw new Error('make-start: expected the tensors of a small model, got one missing');
  if (known.shape.slice(1).join() !== shape.slice(1).join()) {
    throw new Error(`make-start: expected rows of [${shape.slice(1)}], got [${known.shape.slice(1)}]`);
  }
  const all = values.slice();
  all.set(known.values.subarray(0, all.length));
  return { shape, values: all };
}
