// Panoptic quality of a trained model on generated test scenes: node evaluate.mjs [training checkpoint or model folder]
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { readTrained } from '@seg/example-scenes/trained-model.mjs';
import { MASK2FORMER, Mask2Former } from '@seg/models';
import { INFERENCE, MODEL } from './config.mjs';

const file = process.argv[2] ?? 'out/mask2former/training.safetensors';
const model = await readTrained(file, MASK2FORMER, (params) => new Mask2Former(params, MODEL));
const inference = process.env.THRESHOLD ? { scoreThreshold: Number(process.env.THRESHOLD) } : INFERENCE;
printQuality(await panopticQuality(model, { inference }));
