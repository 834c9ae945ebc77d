// The runtimes that are measured beside this one, in a folder of their own.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Of both. */
export const ORT_VERSION = '1.30.0';

const folder = path.join(import.meta.dirname, '../.seg/bench');

/** Installs onnxruntime-node and onnxruntime-web where they are missing, without their scripts: those download CUDA. */
export function installRuntimes() {
  if (existsSync(path.join(folder, 'node_modules/onnxruntime-node'))) return;
  const packages = [`onnxruntime-node@${ORT_VERSION}`, `onnxruntime-web@${ORT_VERSION}`];
  execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', ...packages], { stdio: 'inherit' });
}

/** @param engine `ort-node` or `ort-web` @param threads Of one operator */
export async function openOrt(engine, file, threads) {
  const require = createRequire(path.join(folder, 'package.json'));
  const ort = require(engine === 'ort-web' ? 'onnxruntime-web' : 'onnxruntime-node');
  if (engine === 'ort-web') ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: threads,
    executionProviders: [engine === 'ort-web' ? 'wasm' : 'cpu'],
    logSeverityLevel: 3,
  });
  return { ort, session };
}
