// What a training in a folder has learned: to be measured, or to be written as a model folder.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { loadModel } from '@seg/models';
import { saveModel } from '@seg/models/node';

/** Keys of a training checkpoint that are no part of the model. */
const OF_TRAINING = /^(optimizer|auxiliary)\./;

/**
 * The model of a training checkpoint or of a model folder, on BACKEND.
 *
 * @param system The record of the system: `MASK2FORMER`, for one
 * @param build Makes the network in a store
 */
export async function readTrained(place, system, build) {
  await useBackend(process.env.BACKEND ?? 'wasm');
  if (statSync(place).isDirectory()) return (await loadModel(place)).model;
  const params = new ParamStore(openSafetensors(bytesOf(place, readFileSync(place))));
  const network = build(params);
  params.verify((key) => OF_TRAINING.test(key));
  return system.wrap(network);
}

/**
 * Writes a training checkpoint as a model folder: weights and all that is needed to use them.
 *
 * @param precision Of the weights. Default: float16
 */
export async function exportTrained(file, folder, description, precision = 'float16') {
  const training = openSafetensors(bytesOf(file, readFileSync(file)));
  const keys = [...training.keys()].filter((key) => !OF_TRAINING.test(key));
  const weights = new Map(keys.map((key) => [key, training.read(key)]));
  await saveModel(folder, description, weights, { precision, metadata: { step: training.metadata.step } });
  for (const name of ['model.safetensors', 'config.json']) {
    const target = path.join(folder, name);
    console.log(`${target}: ${(statSync(target).size / 1e6).toFixed(2)} MB`);
  }
}
