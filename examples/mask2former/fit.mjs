// The training loop of the examples: batch, step, log, checkpoint. Continues where it was stopped, to the same result.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf } from '@seg/checkpoint';
import { init, ParamStore, useBackend } from '@seg/core';
import { AdamW, cosineSchedule, lossCurve, resumeTraining, saveTraining, trainStep, warmup } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

/**
 * @param title Of the loss curve
 * @param out Folder of checkpoint, log and curve
 * @param build (params) → model
 * @param objectiveFor (model, params) → what is minimized; may declare parameters of its own
 * @param training Steps, learning rate and the rest of the recipe
 * @param batchesFrom (first step) → asynchronous iterator of { pixels, targets }
 * @returns The trained model with its parameters
 */
export async function fit({ title, out, build, objectiveFor, training, batchesFrom }) {
  const steps = Number(process.env.STEPS ?? training.steps);
  const saveEvery = Number(process.env.SAVE_EVERY ?? 100);
  mkdirSync(out, { recursive: true });
  const backend = await useBackend(process.env.BACKEND ?? 'wasm');
  console.log(`backend ${backend.name}: ${backend.description}`);
  init.seedInitializers(training.seed);
  const params = new ParamStore();
  const model = build(params);
  const objective = objectiveFor(model, params);
  const optimizer = new AdamW(params.trainable(), {
    weightDecay: training.weightDecay,
    clipNorm: training.clipNorm,
    group: (key) => ({ weightDecay: /norm|bias|embed|queries/.test(key) ? 0 : 1 }),
  });
  const schedule = warmup(cosineSchedule(training.learningRate, training.steps), training.warmup);

  const checkpoint = path.join(out, 'training.safetensors');
  const logFile = path.join(out, 'log.json');
  let first = 0;
  let log = [];
  if (existsSync(checkpoint)) {
    first = resumeTraining(bytesOf(checkpoint, readFileSync(checkpoint)), params, optimizer);
    log = JSON.parse(readFileSync(logFile, 'utf8')).filter(({ step }) => step < first);
    console.log(`continuing at step ${first}`);
  }

  const started = performance.now();
  const source = batchesFrom(first);
  for (let step = first; step < steps; step++) {
    const { value: batch } = await source.next();
    const result = await trainStep(params, optimizer, objective, batch, { step, learningRate: schedule(step) });
    tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
    log.push({ step, loss: result.loss, ...result.terms });
    if (step % 20 === 0 || step === steps - 1) report(step, result);
    if ((step + 1) % saveEvery === 0 || step === steps - 1) await save();
  }
  return { params, model };

  function report(step, { loss, gradientNorm, terms }) {
    const perStep = (performance.now() - started) / (step - first + 1) / 1000;
    const parts = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    const left = ((steps - step - 1) * perStep) / 60;
    console.log(
      `step ${step}/${steps}  loss ${loss.toFixed(2)}  ${parts.join('  ')}  |g| ${gradientNorm.toFixed(1)}  ${perStep.toFixed(2)} s/step  ${left.toFixed(0)} min left`,
    );
  }

  /** The log first: a checkpoint without its log could not be continued. */
  async function save() {
    write(logFile, JSON.stringify(log));
    write(path.join(out, 'loss.svg'), lossCurve(log, title));
    write(checkpoint, await saveTraining(params, optimizer, { config: JSON.stringify(model.config ?? {}) }));
  }
}

function write(file, content) {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}
