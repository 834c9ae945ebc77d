/**
 * What the tests of every package share.
 *
 * @packageDocumentation
 */

export { expectClose } from './expect-close.ts';
export { expectGradient, type GradientCheckOptions } from './expect-gradient.ts';
export { expectTidy } from './expect-tidy.ts';
export { onEveryBackend, testedBackends } from './on-every-backend.ts';
export { takeSteps } from './take-steps.ts';
export { type GpuRequests, watchGpu } from './watch-gpu.ts';
