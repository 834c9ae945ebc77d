import { makePictures, type Pictures } from './picture-maker.ts';
import { answerCalls } from './thread-calls.ts';

answerCalls(makePictures, ({ overlay, panoptic }: Pictures) => [overlay.buffer, panoptic.buffer]);
