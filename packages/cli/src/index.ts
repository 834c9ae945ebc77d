/**
 * The seg command: predict, train, evaluate, verify, convert.
 *
 * @packageDocumentation
 */

export {};
