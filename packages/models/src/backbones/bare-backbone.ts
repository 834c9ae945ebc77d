import type { ParamSource } from '@seg/checkpoint/safetensors';

/** First parameters of backbones, under each of their published names: what stands before them stands before all. */
const FIRST = [
  'layer1.0.conv1.weight', // torchvision, timm, mmdetection
  'res2.0.conv1.weight', // detectron2
  'embedder.embedder.convolution.weight', // Hugging Face's ResNet
  'patch_embed.proj.weight', // Swin's authors, timm
  'features.0.0.weight', // torchvision's Swin
  'embeddings.patch_embeddings.projection.weight', // Hugging Face's Swin
  'patch_embed1.proj.weight', // PVTv2's authors
  'encoder.layers.0.patch_embedding.proj.weight', // Hugging Face's PVTv2
];

/** Part of the names of a Swin within MaskFormer, whose norms stand beside it. */
const WITHIN = 'model.';

/**
 * Takes the backbone out of a checkpoint: what stands before its keys goes (`module.`, `backbone.`, `encoder_q.`), and with it
 * all that is of other parts, where there is such a prefix. Names that differ by habit alone become the authors' own.
 */
export function bareBackbone(source: ParamSource): ParamSource {
  const keys = [...source.keys()];
  const prefix = prefixOf(keys);
  const names = new Map<string, string>();
  for (const key of keys) if (key.startsWith(prefix)) names.set(plainName(key.slice(prefix.length)), key);
  const of = <T>(key: string, read: (stored: string) => T | null): T | null =>
    names.has(key) ? read(names.get(key)!) : null;
  return {
    keys: () => names.keys(),
    read: (key) => of(key, (stored) => source.read(stored)),
    shape: (key) => of(key, (stored) => source.shape?.(stored) ?? null),
  };
}

/** The shortest that one of the first parameters has: there may be a second backbone, of a teacher. */
function prefixOf(keys: readonly string[]): string {
  const found = keys.flatMap((key) => {
    const name = FIRST.find((first) => key === first || key.endsWith(`.${first}`));
    return name === undefined ? [] : [key.slice(0, key.length - name.length)];
  });
  const [prefix = ''] = found.sort((a, b) => a.length - b.length);
  const outer = prefix.slice(0, prefix.length - WITHIN.length);
  const isWithin = prefix.endsWith(WITHIN) && keys.some((key) => key.startsWith(`${outer}hidden_states_norms.`));
  return isWithin ? outer : prefix;
}

/** Changes of names, in their order. */
const PLAIN: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^model\./, () => ''],
  // timm's lists of features
  [/^(layers|stages|features)_(\d+)\./, (_, list, i) => `${list}.${i}.`],
  [/^hidden_states_norms\.(\d)\./, (_, i) => `hidden_states_norms.stage${Number(i) + 1}.`],
  // torchvision's Swin: embedding, then stages and merges by turns
  [/^features\.0\.0\./, () => 'patch_embed.proj.'],
  [/^features\.0\.2\./, () => 'patch_embed.norm.'],
  [/^features\.([1357])\.(\d+)\.mlp\.0\./, (_, i, j) => `layers.${(Number(i) - 1) / 2}.blocks.${j}.mlp.fc1.`],
  [/^features\.([1357])\.(\d+)\.mlp\.3\./, (_, i, j) => `layers.${(Number(i) - 1) / 2}.blocks.${j}.mlp.fc2.`],
  [/^features\.([1357])\.(\d+)\./, (_, i, j) => `layers.${(Number(i) - 1) / 2}.blocks.${j}.`],
  [/^features\.([246])\./, (_, i) => `layers.${Number(i) / 2 - 1}.downsample.`],
];

function plainName(key: string): string {
  return PLAIN.reduce((name, [pattern, change]) => name.replace(pattern, change), key);
}
