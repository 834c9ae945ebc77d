// COCO's panoptic file, values of it changed; see main.mjs.
import { readFileSync } from 'node:fs';
import { parseCocoPanoptic } from '@seg/data';
import { changedJson } from './json-changes.mjs';

const whole = JSON.parse(readFileSync(new URL('../../examples/samples/panoptic.json', import.meta.url), 'utf8'));

export const caseOf = (random) => Buffer.from(JSON.stringify(changedJson(whole, random)));

export function read(bytes) {
  parseCocoPanoptic(bytes.toString(), 'fuzz');
}
