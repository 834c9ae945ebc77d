import type { Task } from '@seg/models';

const error = {
  description: 'What was expected, and what came',
  content: {
    'application/json': {
      schema: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
    },
  },
};

/** Describes the server in OpenAPI 3.1. */
export function openApi(version: string, tasks: readonly Task[], maxUpload: number): object {
  return {
    openapi: '3.1.0',
    info: { title: 'seg serve', version, description: 'An image in, its segments out.' },
    paths: {
      '/segment': { post: segmentOperation(tasks, maxUpload) },
      '/health': probe('The process answers.'),
      '/ready': { get: { ...probe('The model is loaded, and images are taken.').get, responses: readiness } },
      '/metrics': { get: { summary: 'Numbers for Prometheus', responses: { 200: text('Its text format, 0.0.4') } } },
      '/openapi.json': { get: { summary: 'This description', responses: { 200: { description: 'OpenAPI 3.1' } } } },
    },
  };
}

const text = (description: string) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } });
const readiness = { 200: text('ready'), 503: text('ending') };
const probe = (summary: string) => ({ get: { summary, responses: { 200: text('yes') } } });

function segmentOperation(tasks: readonly Task[], maxUpload: number): object {
  const parameter = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema });
  return {
    summary: 'Segments of an image',
    parameters: [
      parameter('task', 'Task; the first is the default.', { type: 'string', enum: tasks, default: tasks[0] }),
      parameter('format', 'Form of the answer.', { type: 'string', enum: ['json', 'png', 'overlay'], default: 'json' }),
      parameter('threshold', 'Least score. Default: the published rule’s.', { type: 'number', minimum: 0, maximum: 1 }),
    ],
    requestBody: {
      required: true,
      description: `Bytes of a JPEG or PNG, at most ${maxUpload}`,
      content: { 'image/*': { schema: { type: 'string', format: 'binary' } } },
    },
    responses: {
      200: {
        description: 'Segments or instances; segment ids as colors (R + 256 G + 65536 B); or a picture of them',
        content: {
          'application/json': { schema: answerSchema },
          'image/png': { schema: { type: 'string', format: 'binary' } },
        },
      },
      ...Object.fromEntries([400, 413, 429, 503].map((status) => [status, error])),
    },
  };
}

const number = { type: 'number' };
const integer = { type: 'integer' };

const segmentSchema = {
  type: 'object',
  required: ['id', 'category_id', 'category', 'isThing', 'score', 'area', 'bbox'],
  properties: {
    ...{ id: integer, category_id: integer, category: { type: 'string' }, isThing: { type: 'boolean' }, score: number },
    ...{ area: integer, bbox: { type: 'array', items: number, minItems: 4, maxItems: 4 } },
  },
};

const instanceSchema = {
  type: 'object',
  required: ['category_id', 'score', 'segmentation'],
  properties: {
    ...{ category_id: integer, score: number },
    segmentation: {
      type: 'object',
      required: ['size', 'counts'],
      properties: { size: { type: 'array', items: integer, minItems: 2, maxItems: 2 }, counts: { type: 'string' } },
    },
  },
};

const answerSchema = {
  type: 'object',
  required: ['task', 'width', 'height'],
  properties: {
    ...{ task: { type: 'string' }, width: integer, height: integer },
    segments: { type: 'array', items: segmentSchema },
    instances: { type: 'array', items: instanceSchema },
  },
};
