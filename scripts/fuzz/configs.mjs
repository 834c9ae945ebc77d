// Configs of Hugging Face and our own, values of them changed; see main.mjs. Read and measured, never built.
import { readFileSync } from 'node:fs';
import { useBackend } from '@seg/core';
import { footprint, PRESETS } from '@seg/models';
import { changedJson } from './json-changes.mjs';

await useBackend('cpu');
const presets = [
  'mask2former-r50-coco-panoptic',
  'solov2-r50-coco',
  'maskformer-r50-ade20k',
  'max-deeplab-s-coco-panoptic',
];
const shipped = JSON.parse(
  readFileSync(new URL('../../examples/mask2former/model/config.json', import.meta.url), 'utf8'),
);
const descriptions = [shipped, ...presets.filter((name) => name in PRESETS).map((name) => PRESETS[name])];

export function caseOf(random) {
  const { config, preprocessing } = descriptions[Math.floor(random() * descriptions.length)];
  return Buffer.from(JSON.stringify(changedJson({ config, preprocessing }, random)));
}

export function read(bytes) {
  footprint('fuzz', JSON.parse(bytes.toString()));
}
