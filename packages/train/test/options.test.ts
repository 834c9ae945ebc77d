import { ParamStore } from '@seg/core';
import { expect, it } from 'vitest';

import {
  AdamW,
  aidedMask2FormerObjective,
  aidedMaskFormerObjective,
  aidedSoloObjective,
  finetuneRecipe,
  fit,
  fitModel,
  groupsByKey,
  Lookahead,
  measure,
  objectiveOf,
  RAdam,
  Sgd,
  trainStep,
} from '../src/index.ts';
import { trainModel } from '../src/node.ts';

const none = {} as never;
const variables = new Map<string, never>();

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  AdamW: (o) => new AdamW(variables, o),
  RAdam: (o) => new RAdam(variables, o),
  Sgd: (o) => new Sgd(variables, o),
  Lookahead: (o) => new Lookahead(variables, none, o),
  groupsByKey: (o) => groupsByKey([o]),
  trainStep: (o) => trainStep(none, none, none, none, o),
  objectiveOf: (o) => objectiveOf(none, new ParamStore(), o),
  aidedMask2FormerObjective: (o) => aidedMask2FormerObjective(none, none, o),
  aidedMaskFormerObjective: (o) => aidedMaskFormerObjective(none, none, o),
  aidedSoloObjective: (o) => aidedSoloObjective(none, none, o),
  fit: (o) => fit(o).next(),
  fitModel: (o) => fitModel(o),
  measure: (o) => measure(none, none, o),
  finetuneRecipe: (o) => finetuneRecipe(o),
  trainModel: (o) => trainModel(o).next(),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ weightDcay: 1 })).rejects.toThrow(
    new RegExp(`^${name}: expected nothing but .*, got weightDcay 1$`),
  );
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});

it.each<[string, object, string]>([
  ['AdamW', { weightDecay: Number.NaN }, 'AdamW.weightDecay: expected a number of at least 0, got NaN'],
  ['AdamW', { group: 5 }, 'AdamW: expected a function as group, got 5'],
  ['AdamW', { betas: 0.9 }, 'AdamW.betas: expected a list of two numbers, got 0.9'],
  ['Sgd', { momentum: Number.NaN }, 'Sgd.momentum: expected a number'],
  ['Lookahead', { every: Number.NaN }, 'Lookahead.every: expected a whole number'],
  [
    'groupsByKey',
    { key: 'a.*', learningRate: 2 },
    'groupsByKey: expected nothing but keys, learningRate, weightDecay, got key "a.*"',
  ],
  ['groupsByKey', { learningRate: 2 }, 'groupsByKey: expected a text as keys, got none'],
  [
    'groupsByKey',
    { keys: 'a', learningRate: Number.NaN },
    'groupsByKey: expected a number of at least 0 as learningRate, got NaN',
  ],
  [
    'trainStep',
    { step: 0, learningRate: 1, onNonFinite: 'ignore' },
    'trainStep: expected throw, skip as onNonFinite, got "ignore"',
  ],
  ['trainStep', { step: 0, learningRate: Number.NaN }, 'trainStep: expected a learning rate of 0 or more, got NaN'],
  ['objectiveOf', { categories: [], seed: 1, semanticweight: 1 }, 'got semanticweight 1'],
  ['objectiveOf', { categories: [], seed: 1, semanticWeight: Number.NaN }, 'as semanticWeight, got NaN'],
  ['fit', {}, 'fit: expected storage, got none'],
  ['measure', { task: 'panoptik' }, 'measure: expected instance, panoptic, semantic as task, got "panoptik"'],
  ['finetuneRecipe', { model: 'solo', isNew: 'yes' }, 'finetuneRecipe: expected true or false as isNew, got "yes"'],
  ['finetuneRecipe', { model: 'solo', isNew: true, steps: Number.NaN }, 'as steps, got NaN'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});
