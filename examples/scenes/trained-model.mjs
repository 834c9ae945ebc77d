// What a training in a folder has learned: to be measured, or to be written as a model folder.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { saveModel } from '@seg/models/node';

/** Keys of a training checkpoint that are no part of the model. */
const OF_TRAINING = /^(optimizer|auxiliary)\./;

/** The network of a training checkpoint, on BACKEND. */
export async function readTrained(file, build) {
  await useBackend(process.env.BACKEND ?? 'wasm');
  const params = new ParamStore(openSafetensors(bytesOf(file, readFileSync(file))));
  const model = build(params);
  params.verify((key) => OF_TRAINING.test(key));
  return model;
}

/** Writes a training checkpoint as a model folder: half-precision weights and all that is needed to use them. */
export async function exportTrained(file, folder, description) {
  const training = openSafetensors(bytesOf(file, readFileSync(file)));
  const keys = [...training.keys()].filter((key) => !OF_TRAINING.test(key));
  const weights = new Map(keys.map((key) => [key, training.read(key)]));
  await saveModel(folder, description, weights, { precision: 'float16', metadata: { step: training.metadata.step } });
  for (const name of ['model.safetensors', 'config.json']) {
    const target = path.join(folder, name);
    console.log(`${target}: ${(statSync(target).size / 1e6).toFixed(2)} MB`);
  }
}
