import * as module from 'node:module';

/**
 * Node's `require`, from this package on. Looked up by name: bundlers of servers (Next's Turbopack, for one) follow
 * `createRequire` itself, and refuse what is required by a name made at run time, or what need not be installed.
 */
export const hostRequire = (Reflect.get(module, 'createRequire') as typeof module.createRequire)(import.meta.url);
