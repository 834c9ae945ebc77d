/**
 * Training over MPI: the processes of `mpirun`, Slurm's `srun` or Kubeflow's MPIJob as a collective.
 *
 * @packageDocumentation
 */

export { type MpiCollective, type MpiOptions, mpiCollective, mpiSize } from './collective/mpi-collective.ts';
