// Panoptic quality of a trained model on generated test scenes: node evaluate.mjs [training checkpoint]
import { readFileSync } from 'node:fs';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { MASK2FORMER, Mask2Former } from '@seg/models';
import { INFERENCE, MODEL } from './config.mjs';

const file = process.argv[2] ?? 'out/mask2former/training.safetensors';
await useBackend(process.env.BACKEND ?? 'wasm');
const params = new ParamStore(openSafetensors(bytesOf(file, readFileSync(file))));
const model = new Mask2Former(params, MODEL);
params.verify((key) => /^(optimizer|auxiliary)\./.test(key));
const inference = process.env.THRESHOLD ? { scoreThreshold: Number(process.env.THRESHOLD) } : INFERENCE;
printQuality(await panopticQuality(MASK2FORMER.wrap(model), { inference }));
