// Draws what a model folder finds on test scenes: scene, truth, found, one row each.
//   node pictures.mjs MODEL_FOLDER PICTURE.png [SCENES]
import { writeFileSync } from 'node:fs';
import { useBackend } from '@seg/core';
import { drawOverlay, encodePng, resizeImage } from '@seg/image';
import { Segmenter } from '@seg/models';
import { layInstances } from '@seg/postprocess';
import { TRAINING } from './recipe.mjs';
import { CATEGORIES, scene } from './scenes.mjs';

/** Least score of an instance that is drawn: those below are guesses that average precision asks for. */
const LEAST_SCORE = 0.3;

/** Side of a picture in pixels: half again a scene of 128, which labels need. */
const SIDE = 192;

const [folder, file, count = '6'] = process.argv.slice(2);
await useBackend(process.env.BACKEND ?? 'wasm');
const segmenter = await Segmenter.load(folder);
const task = segmenter.tasks[0];
const rows = [];
for (let index = 0; index < Number(count); index++) {
  const { image, panoptic, segments } = scene('testing', index, TRAINING.size);
  const truth = { ids: panoptic, width: image.width, height: image.height, segments: segments.map(described) };
  const result = await segmenter.segment(image, { task });
  const map = 'instances' in result ? layInstances(result, { threshold: LEAST_SCORE }) : result;
  const bare = { ...truth, ids: new Int32Array(panoptic.length), segments: [] };
  const shown = [
    [bare, CATEGORIES],
    [truth, CATEGORIES],
    [map, segmenter.categories],
  ];
  rows.push(shown.map(([one, categories]) => resizeImage(drawOverlay(image, one, categories), [SIDE, SIDE])));
}
writeFileSync(file, await encodePng(sheet(rows)));
console.log(`${file}: scene, truth, ${task}`);

function described({ id, category_id, isThing, area, bbox }) {
  return {
    id,
    category: CATEGORIES.findIndex((category) => category.id === category_id),
    isThing,
    area,
    bbox,
    score: 1,
  };
}

/** Pictures of one size beside and below each other. */
function sheet(rows) {
  const [{ width, height }] = rows[0];
  const across = rows[0].length * width;
  const data = new Uint8Array(across * rows.length * height * 3);
  for (const [r, pictures] of rows.entries()) {
    for (const [c, picture] of pictures.entries()) {
      for (let y = 0; y < height; y++) {
        const line = picture.data.subarray(y * width * 3, (y + 1) * width * 3);
        data.set(line, ((r * height + y) * across + c * width) * 3);
      }
    }
  }
  return { data, width: across, height: rows.length * height };
}
