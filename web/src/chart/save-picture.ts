import type { ChartModel } from './chart-model.ts';
import { currentPalette, type Palette } from './palette.ts';
import { saveFile } from './save-file.ts';

const TITLE_HEIGHT = 30;
const LEGEND_HEIGHT = 26;

/** Saves a plot as a picture that says what it shows: its title above, its lines below. */
export function savePicture(
  canvas: HTMLCanvasElement,
  title: string,
  model: ChartModel,
  name: string,
): void {
  const ratio = devicePixelRatio;
  const palette = currentPalette();
  const picture = document.createElement('canvas');
  picture.width = canvas.width;
  picture.height = canvas.height + (TITLE_HEIGHT + LEGEND_HEIGHT) * ratio;
  const context = picture.getContext('2d');
  if (!context) return;
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(canvas, 0, TITLE_HEIGHT * ratio);
  context.scale(ratio, ratio);
  context.textBaseline = 'middle';
  context.fillStyle = palette.ink;
  context.font = '600 14px system-ui, sans-serif';
  const width = picture.width / ratio;
  context.fillText(title.slice(0, 200), 12, TITLE_HEIGHT / 2, width - 220);
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = palette.quiet;
  context.textAlign = 'right';
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  context.fillText(`times in ${timeZone}`, width - 12, TITLE_HEIGHT / 2);
  context.textAlign = 'left';
  let left = 12;
  const middle = canvas.height / ratio + TITLE_HEIGHT + LEGEND_HEIGHT / 2;
  for (const { label, colour } of legendOf(model, palette)) {
    context.fillStyle = colour;
    context.fillRect(left, middle - 1.5, 16, 3);
    context.fillStyle = palette.quiet;
    context.fillText(label, left + 22, middle);
    left += 22 + context.measureText(label).width + 18;
  }
  picture.toBlob((blob) => blob && saveFile(name, blob), 'image/png');
}

function legendOf({ lines, bands }: ChartModel, palette: Palette) {
  const entries = [
    ...lines.map(({ label, look }) => ({ label, colour: palette[look] })),
    ...bands.map(({ label }) => ({ label, colour: palette.band })),
  ];
  return entries.filter(({ label }, i) => entries.findIndex((each) => each.label === label) === i);
}
