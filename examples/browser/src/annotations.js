// Objects of all photographs, as COCO keeps them.

import { measured } from './coco-masks.js';

export class Annotations {
  images = new Map();
  categories = [];
  #imported = new Set(); // classes that stay though no object has them

  clear() {
    this.images.clear();
    this.#imported.clear();
    this.categories = [];
  }

  /** Knows a photograph by its name; one that is known keeps its size and objects. */
  addImage(name, width, height) {
    if (!this.images.has(name)) this.images.set(name, { width, height, objects: [] });
  }

  /** Id of a class by its name; a new one is made. */
  categoryOf(name) {
    const known = this.categories.find((category) => category.name === name);
    if (known !== undefined) return known.id;
    const id = Math.max(0, ...this.categories.map((category) => category.id)) + 1;
    this.categories.push({ id, name, isthing: 1 });
    return id;
  }

  nameOf(id) {
    return this.categories.find((category) => category.id === id)?.name ?? `${id}`;
  }

  counts() {
    const filled = [...this.images.values()].filter(({ objects }) => objects.length > 0);
    return {
      images: filled.length,
      objects: filled.reduce((sum, { objects }) => sum + objects.length, 0),
      classes: this.#keptCategories().map(({ name }) => name),
    };
  }

  /** Without those that were drawn with and given up: taking back a change may need them. */
  #keptCategories() {
    const used = new Set([...this.images.values()].flatMap(({ objects }) => objects.map((one) => one.category_id)));
    return this.categories.filter(({ id }) => used.has(id) || this.#imported.has(id));
  }

  /** Takes the objects of a file that was checked; its photographs replace those of the same names. */
  fromCoco({ images, annotations, categories }) {
    const classes = new Map(categories.map(({ id, name }) => [String(id), this.categoryOf(name)]));
    for (const id of classes.values()) this.#imported.add(id);
    const byId = new Map();
    for (const { id, file_name, width, height } of images) {
      const image = { width, height, objects: [] };
      byId.set(String(id), image);
      this.images.set(file_name.split('/').at(-1), image);
    }
    for (const { image_id, category_id, segmentation, iscrowd = 0 } of annotations) {
      const object = { category_id: classes.get(String(category_id)), iscrowd, segmentation };
      byId.get(String(image_id)).objects.push(object);
    }
  }

  /** @param isMeasured True for a file of others: with the area and box of each object */
  toCoco({ onlyWithObjects = false, isMeasured = false } = {}) {
    const kept = [...this.images].filter(([, { objects }]) => !onlyWithObjects || objects.length > 0);
    const images = kept.map(([file_name, { width, height }], i) => ({ id: i + 1, file_name, width, height }));
    const all = kept.flatMap(([, image], i) =>
      image.objects.map((object) => ({ image_id: i + 1, ...object, ...(isMeasured && measured(object, image)) })),
    );
    const annotations = all.map((object, i) => ({ id: i + 1, ...object }));
    return { images, annotations, categories: this.#keptCategories() };
  }
}
