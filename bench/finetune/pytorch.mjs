// A training by pytorch.py, which gets its first values and every batch from here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '@seg/checkpoint';
import { storedParameters } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

const SCRIPT = fileURLToPath(new URL('pytorch.py', import.meta.url));

/**
 * Trains to the end, from where an earlier process in the folder was killed.
 *
 * @param folder Takes trained.safetensors, the averaged parameters
 * @param setting Of setting.mjs @param params First values
 * @param batchesFrom Batches from a step on, which are disposed here; each may have `points`, see {@link frameOf}
 * @param trace Steps after which it ends, with gradients.safetensors and last.safetensors; null for the recipe's
 */
export async function trainInPytorch(folder, { setting, params, batchesFrom, onStep, threads = 1, trace = null }) {
  mkdirSync(folder, { recursive: true });
  const { config } = setting.description;
  const { loss, recipe } = setting;
  writeFileSync(path.join(folder, 'setting.json'), JSON.stringify({ config, loss, recipe, trace }));
  writeFileSync(path.join(folder, 'first.safetensors'), writeSafetensors(await storedParameters(params)));
  const python = process.env.SEG_PYTHON ?? 'python3';
  const child = spawn(python, [SCRIPT, folder, `${threads}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`pytorch.py: expected an answer, got its end with exit code ${(await closed)[0]}`);
    return JSON.parse(value);
  };
  const { from } = await answer();
  const steps = trace ?? recipe.steps;
  if (from < steps) await feed(child.stdin, batchesFrom(from), { from, steps, answer, onStep });
  const [code] = await closed;
  if (code !== 0) throw new Error(`pytorch.py: expected an end without an error, got exit code ${code}`);
}

async function feed(stdin, batches, { from, steps, answer, onStep }) {
  let step = from;
  for await (const batch of batches) {
    const bytes = writeSafetensors(frameOf(batch));
    tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    stdin.write(length);
    if (!stdin.write(bytes)) await once(stdin, 'drain');
    onStep(await answer());
    if (++step === steps) return;
  }
}

/**
 * Tensors of a batch by name.
 *
 * @param batch Its `points`, where it has some, stand in place of random ones: in the order in which transformers asks for them
 */
export function frameOf({ pixels, targets, points = [] }) {
  const stored = (tensor) => ({ shape: tensor.shape, values: tensor.dataSync() });
  return new Map([
    ['pixels', stored(pixels)],
    ...targets.map(({ masks }, i) => [`masks.${i}`, stored(masks)]),
    ...targets.map(({ classes }, i) => [
      `classes.${i}`,
      { shape: [classes.length], values: Float32Array.from(classes) },
    ]),
    ...points.map((values, k) => [`points.${k}`, { shape: [values.length], values }]),
  ]);
}
