import { useBackend } from '@seg/core';
import { Segmenter } from '@seg/models';

/** One picture with the model at a place, the same everywhere: what starts, and what it finds. */
export async function segmentOnce(place) {
  const { name, description } = await useBackend('wasm');
  const segmenter = await Segmenter.load(place);
  const data = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * 7919) % 251);
  const { segments } = await segmenter.segment({ width: 96, height: 64, data }, { threshold: 0.3 });
  const found = segments.map(({ category, score, area }) => `${category} ${score.toFixed(4)} ${area}`);
  return { name, description, found };
}
