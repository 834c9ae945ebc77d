// Trains a small Mask2Former on generated scenes from scratch. Continues where it was stopped.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, init, ParamStore, useBackend } from '@seg/core';
import { Mask2Former } from '@seg/models';
import { AdamW, cosineSchedule, lossCurve, mask2FormerObjective, resumeTraining, saveTraining, trainStep, warmup } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { LOSS, MODEL, TRAINING } from './config.mjs';
import { sceneBatch } from './scenes.mjs';

const out = process.env.OUT ?? 'out/mask2former';
const steps = Number(process.env.STEPS ?? TRAINING.steps);
const saveEvery = Number(process.env.SAVE_EVERY ?? 100);
mkdirSync(out, { recursive: true });

const backend = await useBackend(process.env.BACKEND ?? 'wasm');
console.log(`backend ${backend.name}, ${backend.description}`);
init.seedInitializers(TRAINING.seed);
const params = new ParamStore();
const model = new Mask2Former(params, MODEL);
const optimizer = new AdamW(params.trainable(), {
  weightDecay: TRAINING.weightDecay,
  clipNorm: TRAINING.clipNorm,
  group: (key) => ({ weightDecay: /norm|bias|embed|queries/.test(key) ? 0 : 1 }),
});
const schedule = warmup(cosineSchedule(TRAINING.learningRate, TRAINING.steps), TRAINING.warmup);
const objective = mask2FormerObjective(model, LOSS, TRAINING.seed);

const checkpoint = path.join(out, 'training.safetensors');
const logFile = path.join(out, 'log.json');
let log = [];
let first = 0;
if (existsSync(checkpoint)) {
  first = resumeTraining(bytesOf(checkpoint, readFileSync(checkpoint)), params, optimizer);
  log = JSON.parse(readFileSync(logFile, 'utf8')).filter(({ step }) => step < first);
  console.log(`continuing at step ${first}`);
}

const started = performance.now();
for (let step = first; step < steps; step++) {
  const batch = sceneBatch('training', step * TRAINING.batch, TRAINING);
  const { loss, gradientNorm, terms } = await trainStep(params, optimizer, objective, batch, { step, learningRate: schedule(step) });
  tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
  log.push({ step, loss, ...terms });
  if (step % 20 === 0 || step === steps - 1) {
    const perStep = (performance.now() - started) / (step - first + 1) / 1000;
    const left = ((steps - step - 1) * perStep) / 60;
    const parts = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    console.log(`step ${step}/${steps}  loss ${loss.toFixed(2)}  ${parts.join('  ')}  |g| ${gradientNorm.toFixed(1)}  ${perStep.toFixed(2)} s/step  ${left.toFixed(0)} min left  ${tf.memory().numTensors} tensors`);
  }
  if ((step + 1) % saveEvery === 0 || step === steps - 1) await save();
}

async function save() {
  write(checkpoint, await saveTraining(params, optimizer, { config: JSON.stringify(MODEL) }));
  write(logFile, JSON.stringify(log));
  write(path.join(out, 'loss.svg'), lossCurve(log, 'Mask2Former on generated scenes'));
}

function write(file, content) {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}
process.exit(0);
