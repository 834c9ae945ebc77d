import { expectNames } from '../expect-names.ts';
import type { Collective, Summable } from './collective.ts';
import { type MpiLibrary, openMpi } from './mpi-library.ts';

/** A collective over the processes that MPI has started. */
export type MpiCollective = Collective & {
  /** Takes leave of the others, at the end. */
  close(): void;
  /** Ends all processes with a code, where one of them cannot go on: the others would wait for it for ever. */
  abort(code: number): void;
};

/** Options of {@link mpiCollective}. */
export type MpiOptions = {
  /** Path of Open MPI's library. Default: libmpi as the loader finds it. */
  library?: string;
};

/** Elements of one call: MPI counts in 32 bits. */
const MOST_ELEMENTS = 2 ** 28;

/**
 * Number of processes that MPI has started this one with, from their environment; 1 where it has not. Open MPI's mpirun says
 * it, and Slurm's srun where it starts processes by PMIx.
 *
 * @throws Error where another MPI has started it, which the library here does not speak to
 */
export function mpiSize(environment: Readonly<Record<string, string | undefined>>): number {
  const { OMPI_COMM_WORLD_SIZE, PMIX_RANK, SLURM_STEP_NUM_TASKS, PMI_SIZE } = environment;
  if (OMPI_COMM_WORLD_SIZE !== undefined) return sizeFrom('OMPI_COMM_WORLD_SIZE', OMPI_COMM_WORLD_SIZE);
  if (PMIX_RANK !== undefined && SLURM_STEP_NUM_TASKS !== undefined)
    return sizeFrom('SLURM_STEP_NUM_TASKS', SLURM_STEP_NUM_TASKS);
  if (PMI_SIZE === undefined || sizeFrom('PMI_SIZE', PMI_SIZE) === 1) return 1;
  throw new Error(`mpi: expected processes of Open MPI or of srun --mpi=pmix, got PMI_SIZE ${PMI_SIZE} of another MPI`);
}

function sizeFrom(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`mpi: expected a number of processes in ${name}, got ${JSON.stringify(text)}`);
}

/**
 * Joins the processes that `mpirun` has started, over Open MPI. Needs the package koffi. The event loop goes on while
 * processes wait for each other.
 *
 * @throws Error where koffi or Open MPI is not there, or MPI does not begin
 */
export async function mpiCollective(options: MpiOptions = {}): Promise<MpiCollective> {
  expectNames('mpiCollective', options, ['library']);
  const { library } = options;
  const mpi = await openMpi(library);
  expectDone('MPI_Init_thread', mpi.init());
  return {
    rank: mpi.rank(),
    size: mpi.size(),
    allReduce: (values) => allReduce(mpi, values),
    allReduceSync: (values) => allReduceSync(mpi, values),
    broadcast: (bytes) => broadcast(mpi, bytes),
    barrier: async () => expectDone('MPI_Barrier', await mpi.barrier()),
    close: () => expectDone('MPI_Finalize', mpi.finalize()),
    abort: (code) => {
      mpi.abort(code);
    },
  };
}

async function allReduce(mpi: MpiLibrary, values: Summable): Promise<void> {
  for (const [part, type] of parts(values)) {
    expectDone('MPI_Allreduce', await mpi.allReduce(part.slice(), part, part.length, type));
  }
}

function allReduceSync(mpi: MpiLibrary, values: Summable): void {
  for (const [part, type] of parts(values)) {
    expectDone('MPI_Allreduce', mpi.allReduceSync(part.slice(), part, part.length, type));
  }
}

function* parts(values: Summable): Generator<[Summable, 'float' | 'double']> {
  const type = values instanceof Float32Array ? 'float' : 'double';
  for (let start = 0; start < values.length; start += MOST_ELEMENTS) {
    yield [values.subarray(start, start + MOST_ELEMENTS), type];
  }
}

async function broadcast(mpi: MpiLibrary, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += MOST_ELEMENTS) {
    const part = bytes.subarray(start, start + MOST_ELEMENTS);
    expectDone('MPI_Bcast', await mpi.broadcast(part, part.length));
  }
}

function expectDone(call: string, code: number): void {
  if (code !== 0) throw new Error(`mpi: expected ${call} to succeed, got code ${code}`);
}
