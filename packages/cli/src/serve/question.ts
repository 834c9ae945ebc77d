import type { Task } from '@seg/models';
import * as v from 'valibot';

import { HttpError } from './http-error.ts';

const schema = v.strictObject({
  task: v.optional(v.picklist(['panoptic', 'instance', 'semantic'])),
  format: v.optional(v.picklist(['json', 'png', 'overlay']), 'json'),
  threshold: v.optional(
    v.pipe(v.string(), v.regex(/^(0|1|0?\.\d{1,9}|[01]\.\d{1,9})$/), v.transform(Number), v.maxValue(1)),
  ),
});

/** Question of a request: a task, the least score, the form of the answer. */
export type Question = { task: Task; format: 'json' | 'png' | 'overlay'; threshold: number | undefined };

/**
 * Reads the parameters of a URL.
 *
 * @throws HttpError 400 naming what is none
 */
export function readQuestion(url: URL, tasks: readonly Task[]): Question {
  const parameters = [...url.searchParams];
  const result = v.safeParse(schema, Object.fromEntries(parameters));
  if (!result.success || new Set(parameters.map(([name]) => name)).size < parameters.length) {
    const name = result.issues?.[0].path?.[0].key ?? 'parameters';
    const got = JSON.stringify(url.searchParams.get(String(name)) ?? url.search.slice(0, 100));
    throw new HttpError(
      400,
      `${String(name)}: expected task, format and threshold as /openapi.json has them, got ${got}`,
    );
  }
  const { task = tasks[0], format, threshold } = result.output;
  if (!tasks.includes(task))
    throw new HttpError(400, `task: expected ${tasks.join(' or ')} of this model, got ${task}`);
  return { task, format, threshold };
}
