import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DetectionEvaluator } from '../detection/detection-evaluator.ts';
import { PanopticQuality } from '../panoptic/panoptic-quality.ts';
import { formatMarkdown } from '../report/markdown.ts';
import { drawPictures } from '../report/pictures.ts';
import { detectionReport, type EvaluationReport, panopticReport, semanticReport } from '../report/report.ts';
import { SemanticQuality } from '../semantic/semantic-quality.ts';

const square = (x: number) => ({ image_id: 1, category_id: 1, bbox: [x, 0, 10, 10] });

function detections(): DetectionEvaluator {
  const evaluator = new DetectionEvaluator({ categories: [{ id: 1, name: 'a' }, { id: 2 }], iouType: 'bbox' });
  const annotations = [0, 30].map((x, k) => ({ ...square(x), id: k + 1, area: 100, iscrowd: 0 }));
  const results = [0, 31, 60].map((x, k) => ({ ...square(x), score: 0.9 - k / 10 }));
  evaluator.add({ image: { id: 1 }, annotations, detections: results });
  return evaluator;
}

function panoptic(index: number): PanopticQuality {
  const quality = new PanopticQuality({ categories: [{ id: 1, isthing: 1, name: 'a' }, { id: 2 }] });
  const segments = [
    { id: 3, category_id: 1 },
    { id: 4, category_id: 2 },
  ];
  quality.add({ groundTruth: { ids: [3, 4, 4], segments }, prediction: { ids: [3, 4, 3], segments }, index });
  return quality;
}

function semantic(): SemanticQuality {
  const quality = new SemanticQuality({ classes: 2 });
  quality.add({ groundTruth: [0, 1, 255], prediction: [0, 0, 1] });
  return quality;
}

type Evaluation = { name: string; state: object; take(state: never): EvaluationReport };
const evaluations: Evaluation[] = [
  {
    name: 'detections',
    state: detections().save(),
    take(state) {
      const evaluator = DetectionEvaluator.restore(state);
      DetectionEvaluator.restore(structuredClone(evaluator.save()));
      return detectionReport(evaluator.result());
    },
  },
  {
    name: 'panoptic',
    state: panoptic(0).save(),
    take(state) {
      const quality = PanopticQuality.restore(state);
      quality.merge(PanopticQuality.restore({ ...structuredClone(quality.save()), images: panoptic(5).save().images }));
      return panopticReport(quality.result());
    },
  },
  {
    name: 'semantic',
    state: semantic().save(),
    take(state) {
      const quality = SemanticQuality.restore(state);
      quality.merge(SemanticQuality.restore(structuredClone(quality.save())));
      return semanticReport(quality.result());
    },
  },
];

const NASTY = [
  null,
  undefined,
  true,
  -1,
  0.5,
  1e9,
  2 ** 53,
  NaN,
  Infinity,
  '',
  'x',
  'AAAA',
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
];

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => placesIn(entry, [...path, key]))];
}

function changed(state: object, path: string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = JSON.parse(JSON.stringify(state));
  const parent = path.slice(0, -1).reduce((node, key) => node[key], copy);
  parent[path[path.length - 1]] = value;
  return copy;
}

test.each(evaluations)(
  'a state of $name with one wrong value is refused in words, or gives a report',
  ({ state, take }) => {
    for (const path of placesIn(state)) {
      for (const value of NASTY) {
        const start = performance.now();
        let message = '';
        try {
          const report = take(changed(state, path, value) as never);
          formatMarkdown(report);
          drawPictures(report);
        } catch (error) {
          message = (error as Error).message;
        }
        if (message !== '') expect(message).toMatch(/expected/);
        expect(performance.now() - start).toBeLessThan(1000);
      }
    }
  },
);

test.each(evaluations)('a state of $name with several wrong values too', ({ state, take }) => {
  const places = placesIn(state);
  const change = fc.tuple(fc.nat(places.length - 1), fc.constantFrom(...NASTY));
  const changes = fc.array(change, { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(changes, (list) => {
      let mutant: object = state;
      for (const [place, value] of list) {
        try {
          mutant = changed(mutant, places[place], value) as object;
        } catch {
          // the place is no longer there
        }
      }
      try {
        take(mutant as never);
      } catch (error) {
        expect((error as Error).message).toMatch(/expected/);
      }
    }),
    { seed: 4, numRuns: 500 },
  );
});

test.each(evaluations)('a list that only says how long it is is none: $name', ({ state, take }) => {
  const lists = placesIn(state).filter((path) => {
    return Array.isArray(path.reduce((node, key) => (node as Record<string, unknown>)[key], state as unknown));
  });
  expect(lists.length).toBeGreaterThan(0);
  for (const path of lists)
    expect(() => take(changed(state, path, { length: 1e9 }) as never)).toThrow(/expected .*got/);
});

test('what does not add up is named', () => {
  const state = detections().save();
  const [ledger] = state.ledgers;
  const restore = (fields: object) => () =>
    DetectionEvaluator.restore({ ...state, ledgers: [{ ...ledger, ...fields }, state.ledgers[1]] });
  const where = 'DetectionEvaluator.restore: ledgers[0]';
  expect(restore({ positives: [1, 1, 1, 1] })).toThrow(`${where}.bits: expected at most one right detection an object`);
  expect(restore({ positives: [2.5, 0, 0, 0] })).toThrow(`${where}.positives[0]: expected a whole number`);
  expect(restore({ scores: '????' })).toThrow(`${where}.scores: expected base64, got "????"`);
  expect(restore({ images: btoa('\x01\0\0\0'.repeat(3)) })).toThrow(`${where}.images: expected numbers below 1, got 1`);
  expect(() => DetectionEvaluator.restore({ ...state, images: [1, 1] })).toThrow(
    'images[1]: expected an id, once, got 1',
  );
  const twice = panoptic(0).save();
  expect(() => PanopticQuality.restore({ ...twice, images: [...twice.images, ...twice.images] })).toThrow(
    'PanopticQuality.restore: expected image 0 once, got it twice',
  );
  expect(() => SemanticQuality.restore({ ...semantic().save(), confusion: [1, 2] })).toThrow(
    'SemanticQuality.restore: confusion: expected a list of 9, got "2 entries"',
  );
});
