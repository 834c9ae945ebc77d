import {
  type AbsentClass,
  DetectionEvaluator,
  type DetectionState,
  detectionReport,
  type EvaluationReport,
  PanopticQuality,
  type PanopticState,
  panopticReport,
  SemanticQuality,
  type SemanticState,
  type Summation,
  semanticReport,
} from '@seg/coco-eval';
import { expectWhole, readShardState, type ShardState } from './shard-state.ts';

/** Options that the numbers of merged states depend on. */
export type MergeOptions = { cores: number; summation: Summation; absent: AbsentClass };

/**
 * The report of several shards, the same as that of one run, bit for bit.
 *
 * @throws Error of one line, where files are not states, or not all shards of one evaluation, each once
 */
export async function mergeStates(files: readonly string[], options: MergeOptions): Promise<EvaluationReport> {
  const states = await Promise.all(files.map(readShardState));
  expectWhole(states);
  const [first, ...rest] = states.map((state, i) => restore(files[i], state));
  for (const other of rest) mergeInto(first, other);
  if (first instanceof PanopticQuality) return panopticReport(first.result({ cores: options.cores }));
  if (first instanceof SemanticQuality) return semanticReport(first.result({ absentClass: options.absent }));
  return detectionReport(first.result(), { summation: options.summation });
}

type Evaluation = DetectionEvaluator | PanopticQuality | SemanticQuality;

function restore(file: string, { state }: ShardState): Evaluation {
  try {
    if (state.kind === 'panoptic') return PanopticQuality.restore(state as PanopticState);
    if (state.kind === 'semantic') return SemanticQuality.restore(state as SemanticState);
    return DetectionEvaluator.restore(state as DetectionState);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function mergeInto(first: Evaluation, other: Evaluation): void {
  if (first instanceof PanopticQuality && other instanceof PanopticQuality) first.merge(other);
  else if (first instanceof SemanticQuality && other instanceof SemanticQuality) first.merge(other);
  else if (first instanceof DetectionEvaluator && other instanceof DetectionEvaluator) first.merge(other);
  else throw new Error('evaluate merge: expected states of one kind of evaluation, got several');
}
