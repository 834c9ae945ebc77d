// Golden files, values of them changed; see main.mjs. They are parsed, not verified: a pass of a network takes a second.
import { readFileSync } from 'node:fs';
import { parseGolden } from '@seg/verify';
import { changedJson } from './json-changes.mjs';

const names = ['loss_mask2former_tiny', 'loss_maskformer_tiny', 'loss_solo_tiny', 'max_deeplab-losses', 'pvtv2_b2'];
const files = names.map((name) => {
  const url = new URL(`../../packages/verify/test/goldens/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
});

export function caseOf(random) {
  return Buffer.from(JSON.stringify(changedJson(files[Math.floor(random() * files.length)], random)));
}

export function read(bytes) {
  parseGolden('fuzz', bytes.toString());
}

export const isRefusal = ({ name, message }) => name === 'FormatError' && /expected [\s\S]*got /.test(message);
