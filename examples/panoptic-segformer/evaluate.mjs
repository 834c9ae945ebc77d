// Panoptic quality of a trained model on generated test scenes: node evaluate.mjs [training checkpoint or model folder]
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { readTrained } from '@seg/example-scenes/trained-model.mjs';
import { PANOPTIC_SEGFORMER, PanopticSegFormer } from '@seg/models';
import { CONFIG } from './config.mjs';

const file = process.argv[2] ?? 'out/panoptic-segformer/training.safetensors';
const model = await readTrained(file, PANOPTIC_SEGFORMER, (params) => new PanopticSegFormer(params, CONFIG));
printQuality(await panopticQuality(model));
