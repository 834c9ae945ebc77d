// Average precision of a trained model on generated test scenes: node evaluate.mjs [solov2|solo] [training checkpoint or model folder]
import { formatDetectionSummary, summarizeDetections } from '@seg/coco-eval';
import { averagePrecision } from '@seg/example-scenes/average-precision.mjs';
import { readTrained } from '@seg/example-scenes/trained-model.mjs';
import { SOLO, Solo } from '@seg/models';
import { modelNamed } from './config.mjs';

const { name, config } = modelNamed(process.argv[2]);
const file = process.argv[3] ?? `out/${name}/training.safetensors`;
const model = await readTrained(file, SOLO, (params) => new Solo(params, config));
const result = await averagePrecision(model);
console.log(formatDetectionSummary(summarizeDetections(result), result));
