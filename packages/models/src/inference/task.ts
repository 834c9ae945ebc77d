import type { SemanticRule } from '@seg/postprocess';

import type { ModelConfig } from '../description/model-description.ts';

/** What to look for: things and stuff of a whole image, objects that may overlap, or the class of each pixel. */
export type Task = 'panoptic' | 'instance' | 'semantic';

/** What a system's inference answers, in its paper or its authors' code; the first is what it is for. */
const TASKS: Record<ModelConfig['model'], readonly Task[]> = {
  mask2former: ['panoptic', 'instance', 'semantic'],
  maskformer: ['panoptic', 'instance', 'semantic'],
  solo: ['instance'],
  decoupled_solo: ['instance'],
  decoupled_solo_light: ['instance'],
  solov2: ['instance'],
  'max-deeplab': ['panoptic', 'semantic'],
  panoptic_segformer: ['panoptic', 'instance'],
};

/** Tasks of a model, the one it is for first. */
export function tasksOf({ model }: Pick<ModelConfig, 'model'>): readonly Task[] {
  return TASKS[model];
}

/** How images are to be decoded, whatever the system. */
export type Request = {
  task: Task;
  /** Class indices of things. */
  things: ReadonlySet<number>;
  /** Whose post-processing. */
  rule: 'original' | 'huggingface';
  /** Least score; undefined for the rule's own. */
  scoreThreshold: number | undefined;
  /** Least part of its own area that a panoptic segment must keep; undefined for the rule's own. */
  overlapThreshold: number | undefined;
  /** Undefined for the rule's own. */
  semanticRule: SemanticRule | undefined;
};

/** @throws Error naming the tasks that the model has, where it lacks this one */
export function checkRequest(config: Pick<ModelConfig, 'model'>, { task, rule }: Pick<Request, 'task' | 'rule'>): void {
  const { model } = config;
  const tasks = tasksOf(config);
  if (!tasks.includes(task)) throw new Error(`Segmenter: expected task ${tasks.join(' or ')} of ${model}, got ${task}`);
  if (rule === 'huggingface' && model !== 'mask2former' && model !== 'maskformer') {
    throw new Error(`Segmenter: expected rule original of ${model}, which has no other, got ${rule}`);
  }
}
