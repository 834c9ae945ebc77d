// Objects of all photographs, as COCO keeps them.

export class Annotations {
  images = new Map();
  categories = [];

  clear() {
    this.images.clear();
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
      classes: this.categories.map(({ name }) => name),
    };
  }

  /** Takes the objects of a file; its photographs replace those of the same names. */
  fromCoco({ images, annotations, categories }) {
    if (![images, annotations, categories].every(Array.isArray)) {
      throw new Error('Expected a COCO file with images, annotations and categories, got something else.');
    }
    const classes = new Map(categories.map(({ id, name }) => [id, this.categoryOf(String(name))]));
    const byId = new Map();
    for (const { id, file_name, width, height } of images) {
      const image = { width, height, objects: [] };
      byId.set(id, image);
      this.images.set(String(file_name).split('/').at(-1), image);
    }
    for (const { image_id, category_id, segmentation, iscrowd = 0 } of annotations) {
      byId.get(image_id)?.objects.push({ category_id: classes.get(category_id), segmentation, iscrowd });
    }
  }

  toCoco({ onlyWithObjects = false } = {}) {
    const kept = [...this.images].filter(([, { objects }]) => !onlyWithObjects || objects.length > 0);
    const images = kept.map(([file_name, { width, height }], i) => ({ id: i + 1, file_name, width, height }));
    const all = kept.flatMap(([, { objects }], i) => objects.map((object) => ({ image_id: i + 1, ...object })));
    const annotations = all.map((object, i) => ({ id: i + 1, ...object }));
    return { images, annotations, categories: this.categories };
  }
}
