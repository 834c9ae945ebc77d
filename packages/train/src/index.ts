/**
 * Optimizers, schedules and the training loop.
 *
 * @packageDocumentation
 */

export {};
