export { allocate, clear, release } from './heap';
export { addTransposedProduct, multiply, pack } from './matrix';
export { sigmoids, tanhs } from './activation';
export { lstmBackward, lstmForward } from './lstm';
export { fillMask, move, rectify, rectifyGradients } from './layers';
export { adam, decay } from './adam';
export { fillBins, searchBins, searchRows, splitRows, takeBins, takeRows } from './trees';
