// Model folders without weights, their `config.json` changed, ours and Hugging Face's; see main.mjs. What is understood
// ends with the weights that are missing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { loadModel } from '@seg/models';
import { changedJson } from './json-changes.mjs';

await useBackend('cpu');
const folder = mkdtempSync(path.join(tmpdir(), 'seg-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const ours = JSON.parse(readFileSync(new URL('../../examples/mask2former/model/config.json', import.meta.url), 'utf8'));
const backbone = { model_type: 'swin', embed_dim: 96, depths: [2, 2, 6, 2], num_heads: [3, 6, 12, 24], window_size: 7 };
const resnet = {
  model_type: 'resnet',
  depths: [3, 4, 6, 3],
  hidden_sizes: [256, 512, 1024, 2048],
  layer_type: 'bottleneck',
};
const files = [
  ours,
  {
    model_type: 'mask2former',
    backbone_config: backbone,
    num_queries: 100,
    hidden_dim: 256,
    id2label: { 0: 'a', 1: 'b' },
  },
  { model_type: 'maskformer', backbone_config: resnet, decoder_config: { model_type: 'detr', decoder_layers: 6 } },
];

export function caseOf(random) {
  return Buffer.from(JSON.stringify(changedJson(files[Math.floor(random() * files.length)], random)));
}

export async function read(bytes) {
  writeFileSync(path.join(folder, 'config.json'), bytes);
  const model = await loadModel(folder);
  model.model.dispose();
}
