// The main job: segments the images given, or the sample images of the repository, with the checkpoint in it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const samples = path.join(root, 'examples', 'samples');
const given = process.argv.slice(2);
const isOption = (name) => given.some((argument) => argument === name || argument.startsWith(`${name}=`));

const defaults = [];
if (!isOption('--model')) defaults.push('--model', path.join(root, 'examples', 'mask2former', 'model'));
if (!isOption('--resume')) defaults.push('--force'); // the results of the last time
if (!isOption('--backend')) defaults.push('--backend', 'wasm');
const hasImages = given.some((argument) => !argument.startsWith('-') && existsSync(argument));
const images = hasImages ? [] : [path.join(samples, 'images')];
if (!hasImages && !isOption('--ground-truth')) defaults.push('--ground-truth', path.join(samples, 'panoptic.json'));

const { main } = await import('@seg/cli');
process.exitCode = await main(['predict', ...defaults, ...images, ...given]);
