import type { ModelDescription } from '@seg/models';

/**
 * Collects the notes of a file beside its graph, in JSON by name: the classes, the preprocessing that its input has, the thresholds of its
 * post-processing, and the network's config.
 */
export function metadataOf({ config, categories, preprocessing, inference = {} }: ModelDescription) {
  const labels = Object.fromEntries(categories.map(({ name }, index) => [index, name]));
  return {
    'seg.config': JSON.stringify(config),
    'seg.categories': JSON.stringify(categories),
    'seg.preprocessing': JSON.stringify(preprocessing),
    'seg.inference': JSON.stringify(inference),
    id2label: JSON.stringify(labels),
  };
}
