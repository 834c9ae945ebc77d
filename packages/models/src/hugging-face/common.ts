import type { ActivationName } from '@seg/core';
import { oneOf, SIZE } from '../description/check-fields.ts';
import { type FieldTable, ignored, obeyed, only } from './field-table.ts';

/** Names that transformers has for a function, by ours. Those with parameters of their own are not among them. */
export const ACTIVATION_NAMES: Readonly<Record<string, ActivationName>> = {
  relu: 'relu',
  relu2: 'squared-relu',
  relu6: 'relu6',
  leaky_relu: 'leaky-relu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_accurate: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_python_tanh: 'gelu-tanh',
  quick_gelu: 'quick-gelu',
  silu: 'silu',
  swish: 'silu',
  hardswish: 'hard-swish',
  mish: 'mish',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  linear: 'linear',
};

/** One of {@link ACTIVATION_NAMES}. */
export const ACTIVATION = oneOf(...Object.keys(ACTIVATION_NAMES));

/** Reason of fields that only a loss, an initialization or dropout reads. */
export const TRAINING = 'training alone reads it';
/** Reason of fields that the reference computes from others. */
export const DERIVED = 'the reference computes it anew';

/** Fields of every config of transformers 4 and 5. */
export const PRETRAINED: FieldTable = {
  ...ignored(
    'says where the file is from',
    ...['_name_or_path', '_commit_hash', 'architectures', 'transformers_version', 'finetuning_task'],
    ...['task_specific_params', 'problem_type', 'name_or_path'],
  ),
  ...ignored('weights are computed with in float32', 'dtype', 'torch_dtype', 'use_bfloat16'),
  ...ignored(
    'chooses an implementation or further outputs',
    ...['_attn_implementation', '_attn_implementation_autoset', 'attn_implementation', 'torchscript', 'use_cache'],
    ...['chunk_size_feed_forward', 'gradient_checkpointing', 'tf_legacy_loss', 'return_dict', 'use_return_dict'],
    ...['output_hidden_states', 'output_attentions', '_output_attentions', 'output_scores', 'return_dict_in_generate'],
  ),
  ...ignored(
    'belongs to models of text',
    ...['is_encoder_decoder', 'is_decoder', 'cross_attention_hidden_size', 'add_cross_attention', 'prefix'],
    ...['tie_encoder_decoder', 'tie_word_embeddings', 'tokenizer_class', 'bos_token_id', 'pad_token_id'],
    ...['eos_token_id', 'sep_token_id', 'decoder_start_token_id', 'max_length', 'min_length', 'do_sample'],
    ...['early_stopping', 'num_beams', 'num_beam_groups', 'diversity_penalty', 'temperature', 'top_k', 'top_p'],
    ...['typical_p', 'repetition_penalty', 'length_penalty', 'no_repeat_ngram_size', 'bad_words_ids'],
    ...['encoder_no_repeat_ngram_size', 'num_return_sequences', 'forced_bos_token_id', 'forced_eos_token_id'],
    ...['remove_invalid_values', 'exponential_decay_length_penalty', 'suppress_tokens', 'begin_suppress_tokens'],
  ),
  pruned_heads: only('heads are not pruned here', {}),
};

/** Number of labels, where their names are not given: two by default. */
export const LABELS: FieldTable = {
  id2label: obeyed(
    {
      expected: 'a name for every number from 0',
      holds: (value) => {
        if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
        const names = Object.entries(value);
        return names.length > 0 && names.every(([id, name], i) => id === String(i) && typeof name === 'string');
      },
    },
    undefined,
    'classes in their order; COCO, ADE20K and Cityscapes are known by their names',
  ),
  num_labels: obeyed(SIZE, undefined, 'number of classes without names: 2 by default'),
  ...ignored('is the inverse of id2label', 'label2id'),
};

/** Fields of a backbone within a config, whose stages must all be read. */
export const BACKBONE_FIELDS: FieldTable = {
  ...PRETRAINED,
  ...ignored('belongs to a classifier', 'id2label', 'label2id', 'num_labels'),
  model_type: obeyed({ expected: 'a text', holds: (value) => typeof value === 'string' }),
  num_channels: only('images have red, green and blue', 3),
  out_features: only('all stages are read', ['stage1', 'stage2', 'stage3', 'stage4']),
  out_indices: only('all stages are read', [1, 2, 3, 4], [-4, -3, -2, -1]),
  stage_names: only('there are four stages', ['stem', 'stage1', 'stage2', 'stage3', 'stage4']),
};

/** Fields that name a backbone instead of describing it. */
export const NAMED_BACKBONE: FieldTable = {
  backbone: only('backbones of timm and of other repositories are not built here'),
  use_timm_backbone: only('backbones of timm are not built here', false),
  backbone_kwargs: only('backbones of timm and of other repositories are not built here', {}),
  ...ignored('weights are those of the file', 'use_pretrained_backbone'),
};
