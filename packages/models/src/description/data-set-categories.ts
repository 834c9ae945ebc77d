import type { Category } from '@seg/image';

/** The things of COCO, in the order of all published models. */
const COCO_THINGS = `
  person; bicycle; car; motorcycle; airplane; bus; train; truck; boat; traffic light; fire hydrant; stop sign;
  parking meter; bench; bird; cat; dog; horse; sheep; cow; elephant; bear; zebra; giraffe; backpack; umbrella;
  handbag; tie; suitcase; frisbee; skis; snowboard; sports ball; kite; baseball bat; baseball glove; skateboard;
  surfboard; tennis racket; bottle; wine glass; cup; fork; knife; spoon; bowl; banana; apple; sandwich; orange;
  broccoli; carrot; hot dog; pizza; donut; cake; chair; couch; potted plant; bed; dining table; toilet; tv; laptop;
  mouse; remote; keyboard; cell phone; microwave; oven; toaster; sink; refrigerator; book; clock; vase; scissors;
  teddy bear; hair drier; toothbrush`;

/** And the stuff of COCO panoptic, which follows them. */
const COCO_STUFF = `
  banner; blanket; bridge; cardboard; counter; curtain; door-stuff; floor-wood; flower; fruit; gravel; house; light;
  mirror-stuff; net; pillow; platform; playingfield; railroad; river; road; roof; sand; sea; shelf; snow; stairs;
  tent; towel; wall-brick; wall-stone; wall-tile; wall-wood; water-other; window-blind; window-other; tree-merged;
  fence-merged; ceiling-merged; sky-other-merged; cabinet-merged; table-merged; floor-other-merged; pavement-merged;
  mountain-merged; grass-merged; dirt-merged; paper-merged; food-other-merged; building-other-merged; rock-merged;
  wall-other-merged; rug-merged`;

/** Ids of COCO, which skip what was never annotated. */
const COCO_IDS = ranges('1-11 13-25 27-28 31-44 46-65 67 70 72-82 84-90').concat(
  ranges('92-93 95 100 107 109 112 118-119 122 125 128 130 133 138 141 144-145 147-149 151 154-156 159 161 166 168'),
  ranges('171 175-178 180-181 184-200'),
);

/** The 150 classes of the scene parsing benchmark. Zhou et al. 2017 (ADE20K). Stuff has an asterisk. */
const ADE20K_CLASSES = `
  *wall; *building; *sky; *floor; *tree; *ceiling; *road, route; bed; window; *grass; cabinet; *sidewalk, pavement;
  person; *earth, ground; door; table; *mountain, mount; *plant; curtain; chair; car; *water; painting, picture;
  sofa; shelf; *house; *sea; mirror; *rug; *field; armchair; seat; fence; desk; *rock, stone; wardrobe, closet,
  press; lamp; tub; rail; cushion; *base, pedestal, stand; box; column, pillar; signboard, sign; chest of drawers,
  chest, bureau, dresser; counter; *sand; sink; *skyscraper; fireplace; refrigerator, icebox; *grandstand, covered
  stand; *path; stairs; *runway; case, display case, showcase, vitrine; pool table, billiard table, snooker table;
  pillow; screen door, screen; *stairway, staircase; *river; *bridge, span; bookcase; *blind, screen; coffee table;
  toilet, can, commode, crapper, pot, potty, stool, throne; flower; book; *hill; bench; countertop; stove; palm,
  palm tree; kitchen island; computer; swivel chair; boat; *bar; arcade machine; *hovel, hut, hutch, shack, shanty;
  bus; towel; light; truck; *tower; chandelier; awning, sunshade, sunblind; street lamp; booth; tv; plane; *dirt
  track; clothes; pole; *land, ground, soil; bannister, banister, balustrade, balusters, handrail; *escalator,
  moving staircase, moving stairway; ottoman, pouf, pouffe, puff, hassock; bottle; *buffet, counter, sideboard;
  *poster, posting, placard, notice, bill, card; *stage; van; ship; fountain; *conveyer belt, conveyor belt,
  conveyer, conveyor, transporter; *canopy; washer, automatic washer, washing machine; plaything, toy; *pool; stool;
  barrel, cask; basket, handbasket; *falls; *tent; bag; minibike, motorbike; *cradle; oven; ball; food, solid food;
  step, stair; *tank, storage tank; trade name; microwave; pot; animal; bicycle; *lake; dishwasher; screen;
  *blanket, cover; sculpture; hood, exhaust hood; sconce; vase; traffic light; tray; trash can; fan; *pier; *crt
  screen; plate; monitor; bulletin board; *shower; radiator; glass, drinking glass; clock; flag`;

/** The 19 classes that are evaluated. Cordts et al. 2016 (Cityscapes). Stuff has an asterisk. */
const CITYSCAPES_CLASSES = `
  *road; *sidewalk; *building; *wall; *fence; *pole; *traffic light; *traffic sign; *vegetation; *terrain; *sky;
  person; rider; car; truck; bus; train; motorcycle; bicycle`;

/** COCO panoptic: 80 things, then 53 kinds of stuff. */
export const COCO_PANOPTIC: readonly Category[] = [
  ...names(COCO_THINGS).map((name) => ({ name, isThing: true })),
  ...names(COCO_STUFF).map((name) => ({ name, isThing: false })),
].map((category, i) => ({ id: COCO_IDS[i], ...category }));

/** COCO's 80 things, for instances. */
export const COCO_INSTANCE = COCO_PANOPTIC.slice(0, 80);

/** ADE20K, numbered from 1 as in its label images, where 0 is unlabeled. 100 of the 150 are things. */
export const ADE20K: readonly Category[] = marked(ADE20K_CLASSES, (i) => i + 1);

/** ADE20K's 100 things, for instances. */
export const ADE20K_INSTANCE = ADE20K.filter(({ isThing }) => isThing);

const CITYSCAPES_IDS = ranges('7-8 11-13 17 19-28 31-33');

/** Cityscapes: 11 kinds of stuff, then 8 things, with its label ids. */
export const CITYSCAPES: readonly Category[] = marked(CITYSCAPES_CLASSES, (i) => CITYSCAPES_IDS[i]);

/** Cityscapes' 8 things, for instances. */
export const CITYSCAPES_INSTANCE = CITYSCAPES.filter(({ isThing }) => isThing);

function names(list: string): string[] {
  return list.split(';').map((name) => name.trim().replace(/\s+/g, ' '));
}

/** Categories of a list in which stuff has an asterisk. */
function marked(list: string, id: (index: number) => number): Category[] {
  return names(list).map((name, i) => ({ id: id(i), name: name.replace(/^\*/, ''), isThing: !name.startsWith('*') }));
}

/** `'1-3 7'` is 1, 2, 3, 7. */
function ranges(text: string): number[] {
  return text.split(' ').flatMap((span) => {
    const [first, last = first] = span.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
