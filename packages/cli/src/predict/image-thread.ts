import { type ReadImage, type ReadQuestion, readWithDigest } from './image-reader.ts';
import { answerCalls } from './thread-calls.ts';

answerCalls(
  ({ file, run, known }: ReadQuestion) => readWithDigest(file, run, known),
  ({ image }: ReadImage) => [image?.data.buffer],
);
