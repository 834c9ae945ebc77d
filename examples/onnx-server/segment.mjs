import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { encodePanopticPng } from '@seg/image';
import { preprocess } from '@seg/models';
import { panopticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import ort from 'onnxruntime-node';

/** Opens an export of Mask2Former; the backend is for pre- and post-processing alone. */
export async function openExport(folder) {
  await useBackend('wasm', { threads: 1 });
  const session = await ort.InferenceSession.create(path.join(folder, 'model.onnx'));
  const notes = JSON.parse(await readFile(path.join(folder, 'notes.json'), 'utf8'));
  const [categories, preprocessing, inference] = ['categories', 'preprocessing', 'inference'].map((name) =>
    JSON.parse(notes[`seg.${name}`]),
  );
  const things = new Set(categories.flatMap(({ isThing }, index) => (isThing ? [index] : [])));
  return { segment, categories };

  /** Segments of an image as COCO's panoptic format has them, and the map as a PNG. */
  async function segment(image) {
    const { pixels, geometry } = preprocess([image], preprocessing);
    const prediction = await run(pixels).finally(() => pixels.dispose());
    const map = await panopticMap(prediction, geometry[0], { things, ...inference }).finally(() =>
      tf.dispose(prediction),
    );
    const segments_info = map.segments.map(({ id, category, area, bbox }) => {
      return { id, category_id: categories[category].id, area, bbox, iscrowd: 0 };
    });
    return { width: image.width, height: image.height, segments_info, png: encodePanopticPng(map) };
  }

  async function run(pixels) {
    const nchw = tf.tidy(() => tf.transpose(pixels, [0, 3, 1, 2]));
    const input = new ort.Tensor('float32', await nchw.data(), nchw.shape);
    nchw.dispose();
    const { class_queries_logits: classes, masks_queries_logits: masks } = await session.run({ pixel_values: input });
    return {
      classLogits: tf.tensor(classes.data, classes.dims),
      maskLogits: tf.tidy(() => tf.transpose(tf.tensor(masks.data, masks.dims), [0, 2, 3, 1])), // [B, h, w, N]
    };
  }
}
