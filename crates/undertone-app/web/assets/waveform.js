// Draws a waveform from the extremes of each column.

/**
 * Draw the columns between two shares of the recording, 0 to 1, over the whole width. A column is at
 * least 0.6 pixels wide.
 */
export function drawWaveform(context, width, height, color, { min, max }, [from, to] = [0, 1]) {
  const middle = height / 2;
  const first = Math.floor(from * max.length);
  const last = Math.min(max.length, Math.ceil(to * max.length));
  const step = width / ((to - from) * max.length);
  context.fillStyle = color;
  context.globalAlpha = 0.35;
  context.fillRect(0, middle - 0.5, width, 1);
  context.globalAlpha = 1;
  context.beginPath();
  for (let i = first; i < last; i++) {
    const top = middle - max[i] * (middle - 1);
    const bottom = middle - min[i] * (middle - 1);
    context.rect((i - from * max.length) * step, top, Math.max(step, 0.6), Math.max(bottom - top, 0.8));
  }
  context.fill();
}
