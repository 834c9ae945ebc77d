import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, FormatError } from '@seg/checkpoint';
import { describe, expect, test } from 'vitest';

import type { ModelDescription } from '../src/description/model-description.ts';
import { readDescription } from '../src/description/read-description.ts';
import { foreignConfigsPage } from '../src/foreign-configs.ts';
import { RESNET_FIELDS, SWIN_FIELDS } from '../src/hugging-face/backbone.ts';
import type { FieldRule, FieldTable } from '../src/hugging-face/field-table.ts';
import { PREPROCESSOR_HUGGING_FACE } from '../src/hugging-face/preprocessing.ts';
import { MASK2FORMER_HUGGING_FACE } from '../src/systems/mask2former/hugging-face.ts';
import { DETR_DECODER_HUGGING_FACE, MASKFORMER_HUGGING_FACE } from '../src/systems/maskformer/hugging-face.ts';

type Json = Readonly<Record<string, unknown>>;
/** A value that is not the default, and fields without which it would have no effect. */
type Sample = { value: unknown; beside?: Json };

const sizes = (...names: string[]): Record<string, Sample> =>
  Object.fromEntries(names.map((name) => [name, { value: 48 }]));

/** A place in a folder's files where objects of one table stand. */
type Place = {
  name: string;
  table: FieldTable;
  describe(fields: Json): Promise<ModelDescription>;
  samples: Readonly<Record<string, Sample>>;
};

const PLACES: readonly Place[] = [
  {
    name: 'mask2former',
    table: MASK2FORMER_HUGGING_FACE,
    describe: (fields) => read({ model_type: 'mask2former', ...fields }),
    samples: {
      ...sizes('mask_feature_size', 'num_queries', 'num_attention_heads', 'encoder_layers', 'num_labels'),
      ...sizes('encoder_feedforward_dim', 'decoder_layers', 'dim_feedforward'),
      activation_function: { value: 'gelu' },
      pre_norm: { value: true },
      common_stride: { value: 8 },
      feature_strides: { value: [8, 16, 32, 64] },
      id2label: { value: { 0: 'cell' } },
    },
  },
  {
    name: 'maskformer',
    table: MASKFORMER_HUGGING_FACE,
    describe: (fields) => read({ model_type: 'maskformer', ...fields }),
    samples: { ...sizes('fpn_feature_size', 'mask_feature_size', 'num_labels'), id2label: { value: { 0: 'cell' } } },
  },
  {
    name: 'decoder_config',
    table: DETR_DECODER_HUGGING_FACE,
    describe: (fields) => read({ model_type: 'maskformer', decoder_config: { model_type: 'detr', ...fields } }),
    samples: {
      ...sizes('d_model', 'num_queries', 'decoder_layers', 'decoder_attention_heads', 'decoder_ffn_dim'),
      dropout: { value: 0.25 },
      activation_function: { value: 'swish' },
    },
  },
  {
    name: 'swin',
    table: SWIN_FIELDS,
    describe: (fields) => read({ model_type: 'mask2former', backbone_config: { model_type: 'swin', ...fields } }),
    samples: {
      ...sizes('embed_dim', 'window_size'),
      image_size: { value: [64, 96], beside: { use_absolute_embeddings: true } },
      patch_size: { value: 2 },
      depths: { value: [1, 1, 1, 1] },
      num_heads: { value: [2, 2, 2, 2] },
      mlp_ratio: { value: 2.5 },
      qkv_bias: { value: false },
      hidden_act: { value: 'gelu_new' },
      use_absolute_embeddings: { value: true },
      layer_norm_eps: { value: 1e-6 },
      drop_path_rate: { value: 0.5 },
    },
  },
  {
    name: 'resnet',
    table: RESNET_FIELDS,
    describe: (fields) => read({ model_type: 'maskformer', backbone_config: { model_type: 'resnet', ...fields } }),
    samples: {
      ...sizes('embedding_size'),
      hidden_sizes: { value: [8, 8, 8, 8] },
      depths: { value: [1, 1, 1, 1] },
      layer_type: { value: 'basic' },
      hidden_act: { value: 'gelu' },
      downsample_in_first_stage: { value: true },
      downsample_in_bottleneck: { value: true },
    },
  },
  {
    name: 'preprocessor',
    table: PREPROCESSOR_HUGGING_FACE,
    describe: (fields) => read({ model_type: 'mask2former' }, fields),
    samples: {
      do_resize: { value: false },
      size: { value: { height: 96, width: 64 } },
      max_size: { value: 999 },
      _max_size: { value: 999 },
      size_divisor: { value: 16 },
      size_divisibility: { value: 16 },
      resample: { value: 3 },
      do_rescale: { value: false },
      rescale_factor: { value: 1 },
      do_normalize: { value: false },
      image_mean: { value: 0.25 },
      image_std: { value: [1, 1, 1] },
      pad_size: { value: { height: 2000, width: 2000 } },
    },
  },
];

/** Fields that are read only to be compared, so that no other value can show. */
const COMPARED = ['feature_size', 'hidden_dim', 'model_type', 'image_processor_type', 'feature_extractor_type'];

/** A value that no field of a config has. */
const ODD = ['odd', { odd: 1 }];

describe.each(PLACES)('$name', ({ table, describe: describeModel, samples }) => {
  test.each(Object.entries(table))(
    '%s with another value than its default is obeyed, ignored or refused',
    async (name, rule) => {
      const { value, beside = {} } = samples[name] ?? { value: ODD };
      const plain = await describeModel(beside);
      const changed = () => describeModel({ ...beside, [name]: value });
      if (rule.is === 'ignored') return expect(await changed()).toEqual(plain);
      if (rule.is === 'obeyed' && !COMPARED.includes(name)) {
        expect(samples, `a sample of ${name}`).toHaveProperty(name);
        expect(await changed()).not.toEqual(plain);
      }
      await expectRefused(describeModel({ ...othersOf(rule), [name]: ODD }), name);
    },
  );

  test('a field that is in no table is refused by name and value, unless it is null', async () => {
    await expectRefused(describeModel({ new_option: 3 }), 'new_option 3');
    expect(await describeModel({ new_option: null })).toEqual(await describeModel({}));
  });
});

test.each([
  [
    'a backbone of timm',
    { use_timm_backbone: true, backbone: 'resnet18' },
    /use_timm_backbone \(backbones of timm are not built here\), got true/,
  ],
  [
    'a backbone by name',
    { backbone: 'microsoft/resnet-50' },
    /expected nothing as backbone \(backbones of timm .*\), got "microsoft\/resnet-50"/,
  ],
  [
    'a config of timm',
    { backbone_config: { model_type: 'timm_backbone' } },
    /as backbone_config\.model_type, got "timm_backbone"/,
  ],
  ['a stride that no step reaches', { common_stride: 16 }, /common_stride .* got 16/],
  [
    'another number than names',
    { id2label: { 0: 'a' }, num_labels: 3 },
    /num_labels equal to the 1 names of id2label, got 3/,
  ],
  ['an alias beside a default', { hidden_size: 64 }, /expected hidden_size equal to hidden_dim 256, got 64/],
  ['labels with a gap', { id2label: { 1: 'a', 2: 'b' } }, /a name for every number from 0 as id2label/],
])('%s is refused in one line', async (_, fields, message) => {
  await expect(read({ model_type: 'mask2former', ...fields })).rejects.toThrow(message);
});

// Every field that transformers 4.57.6 and 5.18.0 write of their default configs; fixtures/make-defaults.py.
const defaults = JSON.parse(readFileSync(new URL('./fixtures/default-configs.json', import.meta.url), 'utf8')) as Json;
const versions = Object.entries(defaults).flatMap(([version, configs]) =>
  Object.entries(configs as Readonly<Record<string, Json>>).map(([name, config]) => ({ version, name, config })),
);

test.each(versions)(
  'transformers $version, $name: all fields with their defaults say what no field says',
  async ({ name, config }) => {
    const [model_type, backbone] = name.split(', ');
    const short = backbone ? { model_type, backbone_config: { model_type: backbone } } : { model_type };
    expect(await read(config)).toEqual(await read(short));
  },
);

test('hidden_dim is obeyed, with feature_size of its width', async () => {
  const { config } = await read({ model_type: 'mask2former', hidden_dim: 64, feature_size: 64 });
  expect(config.dim).toBe(64);
  await expect(read({ model_type: 'mask2former', hidden_dim: 64 })).rejects.toThrow(
    'expected feature_size equal to hidden_dim 64, got 256',
  );
});

test('two labels are the default of the format, with its names', async () => {
  for (const model_type of ['mask2former', 'maskformer']) {
    expect((await read({ model_type })).categories.map(({ name }) => name)).toEqual(['LABEL_0', 'LABEL_1']);
  }
});

test('docs/foreign-configs.md is written from the tables: node scripts/write-foreign-configs.mjs', () => {
  const page = path.join(import.meta.dirname, '../../../docs/foreign-configs.md');
  expect(readFileSync(page, 'utf8')).toBe(foreignConfigsPage());
});

async function expectRefused(found: Promise<unknown>, name: string): Promise<void> {
  const failure = await found.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  expect(failure, name).toBeInstanceOf(FormatError);
  expect((failure as Error).message).toContain(name);
  expect((failure as Error).message).not.toContain('\n');
}

/** The field that another one has to agree with. */
function othersOf(rule: FieldRule): Json {
  return rule.is === 'alias' ? { [rule.of]: rule.of === 'num_heads' ? [1, 1, 1, 1] : 256 } : {};
}

function read(config: Json, preprocessor?: Json): Promise<ModelDescription> {
  const files: Record<string, Json | undefined> = { 'config.json': config, 'preprocessor_config.json': preprocessor };
  const bytes = (json: Json) => new TextEncoder().encode(JSON.stringify(json));
  const open = async (file: string) => (files[file] ? bytesOf(`folder/${file}`, bytes(files[file])) : null);
  return readDescription({ name: 'folder', open });
}
