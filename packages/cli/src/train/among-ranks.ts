import { setTimeout as sleep } from 'node:timers/promises';
import { ALONE, type Collective } from '@seg/train';
import { mpiCollective, mpiSize } from '@seg/train/mpi';

import { errorLine } from '../process/error-line.ts';
import { exitCodeOf } from '../process/exit-code.ts';
import type { TrainIo } from './run-training.ts';

/** Outputs of all ranks but the first. */
const SILENT: TrainIo = { print: () => {}, note: () => {} };

/** Milliseconds that the others leave rank 0, whose error is mostly theirs, to say so and end all: one line, not one a rank. */
const AFTER_RANK_0 = 2000;

/**
 * Runs a command in each of the processes that mpirun or srun has started, or in this one alone. Rank 0 speaks for all; an
 * error of any ends all, since the others would wait for it.
 */
export async function amongRanks(
  io: TrainIo,
  run: (collective: Collective, io: TrainIo) => Promise<void>,
): Promise<void> {
  if (mpiSize(process.env) === 1) return run(ALONE, io);
  const collective = await mpiCollective();
  try {
    await run(collective, collective.rank === 0 ? io : SILENT);
    await collective.barrier();
  } catch (error) {
    if (collective.rank > 0) await sleep(AFTER_RANK_0);
    console.error(errorLine(error));
    collective.abort(exitCodeOf(error));
  }
  collective.close();
}
