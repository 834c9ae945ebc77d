// Versions behind every figure: of the runtime, of this project and tfjs, of the engines beside it, and the processor.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { ORT_VERSION } from './peers.mjs';

/** What engines in Python are made of. */
const MODULES = { pytorch: ['torch', 'transformers'], pycocotools: ['pycocotools', 'numpy', 'scipy'] };

const root = path.join(import.meta.dirname, '..');

/** @param {string} peers Engines that are measured beside this project, with commas @returns One line */
export function versionsOf(peers = '') {
  const [{ model }] = cpus();
  const names = peers.split(',');
  const parts = [
    `Node ${process.versions.node}`,
    `@seg/core ${versionIn('packages/core/package.json')}${commit()}`,
    `tfjs ${versionIn('packages/core/node_modules/@tensorflow/tfjs-core/package.json')}`,
  ];
  if (names.some((name) => name.startsWith('ort') || name === 'onnxruntime')) parts.push(`onnxruntime ${ORT_VERSION}`);
  for (const [name, modules] of Object.entries(MODULES)) if (names.includes(name)) parts.push(pythonOf(modules));
  return [...parts, `${cpus().length} x ${model.trim()}`].join(', ');
}

function versionIn(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')).version;
}

/** Of a checkout, in parentheses. */
function commit() {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? ` (${stdout.trim()})` : '';
}

/** Of an engine in Python, by the modules that it needs. */
function pythonOf(modules) {
  const script = `from importlib.metadata import version; print(", ".join(m + " " + version(m) for m in ${JSON.stringify(modules)}))`;
  const { status, stdout } = spawnSync(process.env.SEG_PYTHON ?? 'python3', ['-c', script], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : `${modules[0]} of unknown version`;
}
