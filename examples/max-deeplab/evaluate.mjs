// Panoptic quality of a trained model on generated test scenes: node evaluate.mjs [training checkpoint or model folder]
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { readTrained } from '@seg/example-scenes/trained-model.mjs';
import { MAX_DEEPLAB, MaxDeepLab } from '@seg/models';
import { MODEL, PREPROCESSING, TRAINING } from './config.mjs';

const file = process.argv[2] ?? 'out/max-deeplab/training.safetensors';
const model = await readTrained(file, MAX_DEEPLAB, (params) => new MaxDeepLab(params, MODEL));
printQuality(await panopticQuality(model, { size: TRAINING.size, preprocessing: PREPROCESSING }));
