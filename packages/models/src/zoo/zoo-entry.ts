import type { Task } from '../inference/task.ts';
import type { PresetName } from '../systems/systems.ts';

/** Measure that a paper gives for a model, in percent. */
export type Metric = 'PQ' | 'AP' | 'mIoU';

/** One published model: where its weights are, and what its authors say of it. */
export type ZooEntry = {
  /** Name in `PRESETS`. */
  preset: PresetName;
  /** Name as papers have it: Mask2Former, for one. */
  system: string;
  backbone: string;
  /** Data set and split that the figure is of. */
  data: string;
  task: Task;
  metric: Metric;
  /** Single scale, in percent; cited in the `presets.ts` of each system. */
  value: number;
  /** Name on the Hugging Face hub, or null where the weights are not known to be there. */
  hub: string | null;
  /** The authors' file, converted on first use, or null where it is not on the net any more. */
  url: string | null;
  /** Page of the authors' release. */
  source: string;
};
